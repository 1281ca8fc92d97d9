#include "inference/engines/messages_stream.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "inference/engines/event_members.hpp"
#include "inference/engines/messages_errors.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

void read_count(const json::object& from, std::string_view name, std::int64_t& count) {
  count = count_in(from, name).value_or(count);
}

}  // namespace

StreamStep MessagesStream::take(std::string_view data) {
  const json::object event = event_of(data);
  const std::string type = text_in(event, "type");
  StreamStep step;
  if (type == "error") {
    const json::value* error = event.if_contains("error");
    throw messages_error_from_event(error ? *error : json::value(), begun_);
  }
  if (type == "message_start") {
    begin_message(event, step);
  } else if (type == "content_block_start") {
    begin_block(event, step);
  } else if (type == "content_block_delta") {
    take_delta(event, step);
  } else if (type == "content_block_stop") {
    end_block(step);
  } else if (type == "message_delta") {
    take_message_delta(event);
  } else if (type == "message_stop") {
    if (!begun_) throw broken_reply("The engine ended a reply that had not begun.");
    ended_ = true;
    step.events.emplace_back(std::move(end_));
  }
  return step;  // pings and events of kinds to come are passed over
}

void MessagesStream::begin_message(const json::object& event, StreamStep& step) {
  if (begun_) throw broken_reply("The engine began its reply twice.");
  begun_ = true;
  read_usage(object_in(event, "message"));
  const Usage& usage = end_.usage;
  GenerationStart start{.cache_read_input_tokens = usage.cache_read_input_tokens,
                        .cache_write_input_tokens = usage.cache_write_input_tokens};
  // Some tell only at the end; no prompt is empty.
  const bool known =
      usage.input_tokens + usage.cache_read_input_tokens + usage.cache_write_input_tokens > 0;
  if (known) start.input_tokens = usage.input_tokens;
  step.events.emplace_back(start);
}

void MessagesStream::begin_block(const json::object& event, StreamStep& step) {
  if (!begun_) throw broken_reply("The engine sent a block before its reply had begun.");
  const json::object& block = object_in(event, "content_block");
  const std::string type = text_in(block, "type");
  if (type == "tool_use") {
    in_call_ = true;
    call_has_input_ = false;
    step.events.emplace_back(ToolUseStart{text_in(block, "name")});
    step.token = true;
  } else if (type == "redacted_thinking") {
    throw broken_reply("The model redacted its thinking, which cannot be handed on.");
  } else if (type != "text" && type != "thinking") {
    throw broken_reply(
        fmt::format("The engine sent a block of a kind that is not known: {}", type));
  }
}

void MessagesStream::take_delta(const json::object& event, StreamStep& step) {
  if (!begun_) throw broken_reply("The engine sent a delta before its reply had begun.");
  const json::object& delta = object_in(event, "delta");
  const std::string type = text_in(delta, "type");
  step.token = true;
  if (type == "text_delta") {
    std::string text = text_in(delta, "text");
    if (!text.empty()) step.events.emplace_back(TextDelta{std::move(text), {}});
  } else if (type == "thinking_delta") {
    std::string text = text_in(delta, "thinking");
    if (!text.empty()) step.events.emplace_back(ReasoningDelta{std::move(text)});
  } else if (type == "signature_delta") {
    step.events.emplace_back(ReasoningEnd{text_in(delta, "signature")});
  } else if (type == "input_json_delta") {
    std::string piece = text_in(delta, "partial_json");
    if (piece.empty()) return;
    call_has_input_ = true;
    step.events.emplace_back(ToolInputDelta{std::move(piece)});
  }
}

void MessagesStream::end_block(StreamStep& step) {
  if (in_call_ && !call_has_input_) step.events.emplace_back(ToolInputDelta{"{}"});
  in_call_ = false;
}

void MessagesStream::take_message_delta(const json::object& event) {
  if (!begun_) throw broken_reply("The engine ended a reply that had not begun.");
  read_usage(event);
  const json::object& delta = object_in(event, "delta");
  const std::string reason = text_in(delta, "stop_reason");
  if (reason.empty()) return;
  if (reason == "refusal") throw broken_reply("The model refused to go on.");
  end_.reason = stop_reason_named(reason);
  end_.stop_sequence = text_in(delta, "stop_sequence");
}

/// Counts are cumulative; a later one replaces an earlier one.
void MessagesStream::read_usage(const json::object& from) {
  const json::object* found = find_object(from, "usage");
  if (!found) return;
  const json::object& counts = *found;
  Usage& usage = end_.usage;
  read_count(counts, "input_tokens", usage.input_tokens);
  read_count(counts, "output_tokens", usage.output_tokens);
  read_count(counts, "cache_read_input_tokens", usage.cache_read_input_tokens);
  read_count(counts, "cache_creation_input_tokens", usage.cache_write_input_tokens);
  if (const json::object* details = find_object(counts, "output_tokens_details")) {
    usage.reasoning_tokens = count_in(*details, "thinking_tokens");
  }
  if (const json::object* by_time = find_object(counts, "cache_creation")) {
    read_count(*by_time, "ephemeral_1h_input_tokens", usage.cache_write_1h_input_tokens);
  }
}

}  // namespace bedplate::inference
