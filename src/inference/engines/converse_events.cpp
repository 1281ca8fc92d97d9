#include "inference/engines/converse_events.hpp"

#include <fmt/format.h>

#include "inference/engines/converse_errors.hpp"
#include "inference/engines/event_members.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

/// An event is a few tokens. A server-sent event of an engine may be as long.
constexpr std::size_t kEventBytesMax = 1'024 * 1'024;

StopReason stop_reason_of(const std::string& name) {
  if (name == "content_filtered" || name == "guardrail_intervened") {
    throw broken_reply(fmt::format("The service held the reply back: {}.", name));
  }
  if (name == "malformed_model_output" || name == "malformed_tool_use") {
    throw broken_reply(fmt::format("The model's reply makes no sense to the service: {}.", name));
  }
  return stop_reason_named(name);
}

}  // namespace

ConverseEvents::ConverseEvents(Asked asked) : asked_(std::move(asked)), decoder_(kEventBytesMax) {}

std::optional<StreamStep> ConverseEvents::next() {
  std::optional<protocol::Frame> frame;
  try {
    frame = decoder_.next();
  } catch (const protocol::FrameError& problem) {
    throw broken_reply(fmt::format("The engine's reply is no event stream: {}.", problem.what()));
  }
  if (!frame) return std::nullopt;
  return take(*frame);
}

StreamStep ConverseEvents::take(const protocol::Frame& frame) {
  const std::string_view message = frame.text(":message-type");
  if (message == "exception" || message == "error") throw converse_error_from_frame(frame, begun_);
  if (message != "event") throw broken_reply("The engine sent a message that is no event.");
  const std::string_view type = frame.text(":event-type");
  const json::object event = event_of(frame.payload);
  StreamStep step;
  const bool known =
      type.starts_with("contentBlock") || type == "messageStop" || type == "metadata";
  if (known && !begun_) throw broken_reply("The engine sent an event before its reply had begun.");
  if (type == "messageStart") {
    begin_message(step);
  } else if (type == "contentBlockStart") {
    begin_block(event, step);
  } else if (type == "contentBlockDelta") {
    take_delta(event, step);
  } else if (type == "contentBlockStop") {
    end_block(step);
  } else if (type == "messageStop") {
    end_message(event);
  } else if (type == "metadata") {
    take_metadata(event, step);
  }
  return step;  // events of kinds to come are passed over
}

/// What went in is told only at the end.
void ConverseEvents::begin_message(StreamStep& step) {
  if (begun_) throw broken_reply("The engine began its reply twice.");
  begun_ = true;
  step.events.emplace_back(GenerationStart{});
}

/// Only blocks that are no text and no thinking announce themselves.
void ConverseEvents::begin_block(const json::object& event, StreamStep& step) {
  const json::object& start = object_in(event, "start");
  const json::object* call = find_object(start, "toolUse");
  if (!call) {
    if (start.empty()) return;
    throw broken_reply(fmt::format("The engine sent a block of a kind that is not known: {}",
                                   std::string_view(start.begin()->key())));
  }
  block_ = any_call_ && !asked_.parallel_calls ? Block::kSkippedCall : Block::kCall;
  any_call_ = true;
  call_has_input_ = false;
  step.token = true;
  std::string name = text_in(*call, "name");
  if (name.empty()) throw broken_reply("The engine called a tool without a name.");
  if (block_ == Block::kCall) step.events.emplace_back(ToolUseStart{std::move(name)});
}

void ConverseEvents::take_delta(const json::object& event, StreamStep& step) {
  if (stopped_) throw broken_reply("The engine went on after its reply's end.");
  const json::object& delta = object_in(event, "delta");
  step.token = true;
  if (delta.contains("text")) {
    std::string text = text_in(delta, "text");
    if (!text.empty()) step.events.emplace_back(TextDelta{std::move(text), {}});
  } else if (const json::object* call = find_object(delta, "toolUse")) {
    take_input(*call, step);
  } else if (const json::object* thought = find_object(delta, "reasoningContent")) {
    take_reasoning(*thought, step);
  } else if (delta.contains("image") || delta.contains("toolResult")) {
    throw broken_reply("The engine sent content that cannot be handed on.");
  }
}

void ConverseEvents::take_input(const json::object& delta, StreamStep& step) {
  if (block_ == Block::kSkippedCall) return;
  if (block_ != Block::kCall) throw broken_reply("The engine sent the input of no tool.");
  std::string piece = text_in(delta, "input");
  if (piece.empty()) return;  // recorded: the first one is
  call_has_input_ = true;
  step.events.emplace_back(ToolInputDelta{std::move(piece)});
}

void ConverseEvents::take_reasoning(const json::object& delta, StreamStep& step) {
  if (delta.contains("redactedContent")) {
    throw broken_reply("The model redacted its thinking, which cannot be handed on.");
  }
  signature_ += text_in(delta, "signature");
  std::string text = text_in(delta, "text");
  if (!text.empty()) step.events.emplace_back(ReasoningDelta{std::move(text)});
}

void ConverseEvents::end_block(StreamStep& step) {
  if (block_ == Block::kCall && !call_has_input_) step.events.emplace_back(ToolInputDelta{"{}"});
  block_ = Block::kNone;
  if (signature_.empty()) return;
  step.events.emplace_back(ReasoningEnd{std::move(signature_)});
  signature_.clear();
}

void ConverseEvents::end_message(const json::object& event) {
  if (stopped_) throw broken_reply("The engine ended its reply twice.");
  stopped_ = true;
  end_.reason = stop_reason_of(text_in(event, "stopReason"));
  if (end_.reason != StopReason::kStopSequence) return;
  if (const json::object* fields = find_object(event, "additionalModelResponseFields")) {
    end_.stop_sequence = text_in(*fields, "stop_sequence");
  }
  // Few models tell.
  if (end_.stop_sequence.empty() && asked_.stop_sequences.size() == 1) {
    end_.stop_sequence = asked_.stop_sequences.front();
  }
}

void ConverseEvents::take_metadata(const json::object& event, StreamStep& step) {
  if (!stopped_) throw broken_reply("The engine reported a reply that had not ended.");
  const json::object& counts = object_in(event, "usage");
  end_.usage = {.input_tokens = count_in(counts, "inputTokens").value_or(0),
                .output_tokens = count_in(counts, "outputTokens").value_or(0),
                .cache_read_input_tokens = count_in(counts, "cacheReadInputTokens").value_or(0),
                .cache_write_input_tokens = count_in(counts, "cacheWriteInputTokens").value_or(0)};
  ended_ = true;
  step.events.emplace_back(std::move(end_));
}

}  // namespace bedplate::inference
