// ConverseStream: the reply as it is made. Order of events: recorded AWS traffic.
#include "base/ids.hpp"
#include "operations/handlers.hpp"
#include "operations/runtime/converse_input.hpp"
#include "operations/runtime/converse_reply.hpp"
#include "operations/runtime/generation.hpp"

namespace bedplate::operations {
namespace {
using Op = op::runtime::ConverseStream;

class EventSink final : public inference::GenerationSink {
 public:
  EventSink(Context& context, const Op::Request& request, const inference::Family& family,
            inference::ResolvedModel resolved, EventWriter<Op>& events)
      : context_(context),
        request_(request),
        family_(family),
        resolved_(std::move(resolved)),
        events_(events) {}

  Task<> on_event(inference::GenerationEvent event) override {
    if (!events_.started()) co_await begin();
    if (auto* text = std::get_if<inference::TextDelta>(&event)) {
      co_await send_text(std::move(*text));
    } else if (auto* thought = std::get_if<inference::ReasoningDelta>(&event)) {
      turn_to(Block::kReasoning);
      Op::Event frame = delta_frame();
      frame.contentBlockDelta->delta.reasoningContent.emplace().text = std::move(thought->text);
      co_await events_.send(frame);
    } else if (auto* end_of_thought = std::get_if<inference::ReasoningEnd>(&event)) {
      turn_to(Block::kReasoning);
      Op::Event frame = delta_frame();
      frame.contentBlockDelta->delta.reasoningContent.emplace().signature =
          std::move(end_of_thought->signature);
      events_.hold(frame);
    } else if (auto* call = std::get_if<inference::ToolUseStart>(&event)) {
      co_await begin_call(std::move(call->name));
    } else if (auto* input = std::get_if<inference::ToolInputDelta>(&event)) {
      Op::Event frame = delta_frame();
      frame.contentBlockDelta->delta.toolUse.emplace().input = std::move(input->json);
      co_await events_.send(frame);
    } else if (const auto* end = std::get_if<inference::GenerationEnd>(&event)) {
      co_await finish(*end);
    }
  }

 private:
  enum class Block { kNone, kText, kReasoning, kCall };

  Task<> begin() {
    const Op::Response head;
    co_await events_.start(head);
    Op::Event frame;
    frame.messageStart.emplace().role = "assistant";
    co_await events_.send(frame);
  }

  Op::Event delta_frame() const {
    Op::Event frame;
    frame.contentBlockDelta.emplace().contentBlockIndex = index_;
    return frame;
  }

  /// Text with sources is a block of its own; they come before it.
  Task<> send_text(inference::TextDelta text) {
    const bool cited = !text.citations.empty();
    if (cited) turn_to(Block::kNone);
    turn_to(Block::kText);
    for (inference::Citation& citation : text.citations) {
      Op::Event frame = delta_frame();
      frame.contentBlockDelta->delta.citation = converse_citation_delta(std::move(citation));
      events_.hold(frame);
    }
    Op::Event frame = delta_frame();
    frame.contentBlockDelta->delta.text = std::move(text.text);
    co_await events_.send(frame);
    if (cited) turn_to(Block::kNone);
  }

  /// Ends the block under way when the next one is of another kind, or is a call.
  void turn_to(Block kind) {
    if (block_ == kind && kind != Block::kCall) return;
    if (block_ != Block::kNone) {
      Op::Event stop;
      stop.contentBlockStop.emplace().contentBlockIndex = index_;
      events_.hold(stop);
      ++index_;
    }
    block_ = kind;
  }

  /// Only tool calls announce their block. Recorded: the first piece of a call's input is empty.
  Task<> begin_call(std::string name) {
    turn_to(Block::kCall);
    Op::Event start;
    auto& block = start.contentBlockStart.emplace();
    block.contentBlockIndex = index_;
    auto& call = block.start.toolUse.emplace();
    call.toolUseId = random_tool_use_id();
    call.name = std::move(name);
    if (names_tool_use_type(*resolved_.model)) call.type = "tool_use";
    events_.hold(start);
    Op::Event frame = delta_frame();
    frame.contentBlockDelta->delta.toolUse.emplace().input = "";
    co_await events_.send(frame);
  }

  Task<> finish(inference::GenerationEnd end) {
    turn_to(Block::kNone);
    Op::Event message_stop;
    auto& message = message_stop.messageStop.emplace();
    message.stopReason = converse_stop_reason(end.reason);
    message.additionalModelResponseFields = additional_fields(end);
    events_.hold(message_stop);

    Op::Event metadata;
    auto& facts = metadata.metadata.emplace();
    facts.usage = converse_usage(end.usage, *resolved_.model, true);
    facts.metrics.latencyMs = context_.elapsed_ms();
    facts.performanceConfig = request_.performanceConfig;
    facts.serviceTier = request_.serviceTier;
    co_await events_.send(metadata);
  }

  /// The paths point into the native stream's chunks, e.g. /delta/stop_sequence.
  std::optional<boost::json::value> additional_fields(const inference::GenerationEnd& end) const {
    if (!request_.additionalModelResponseFieldPaths) return std::nullopt;
    std::vector<boost::json::object> chunks;
    family_.chunk_renderer(reply_context(context_, resolved_))->render(end, chunks);
    return pick_response_fields(*request_.additionalModelResponseFieldPaths, chunks);
  }

  Context& context_;
  const Op::Request& request_;
  const inference::Family& family_;
  inference::ResolvedModel resolved_;
  EventWriter<Op>& events_;
  Block block_ = Block::kNone;
  std::int32_t index_ = 0;
};

}  // namespace

template <>
Task<> handle_stream<Op>(Context& context, Op::Request request, EventWriter<Op>& events) {
  inference::ResolvedModel resolved = co_await resolve_model(context, request.modelId);
  refuse_unbuilt_converse_parts(request);
  const inference::Family& family = family_of(*resolved.model);
  ConverseInput input = converse_input(request);
  input.stream = true;
  inference::GenerationRequest generation = read_converse(input, *resolved.model, family);
  if (!resolved.model->features.converse_stream || !resolved.model->response_streaming) {
    throw errors::validation("The model is unsupported for streaming.");
  }
  EventSink sink(context, request, family, resolved, events);
  co_await generate(context, resolved, std::move(generation), sink, true,
                    [&events] { return events.started(); });
}

}  // namespace bedplate::operations
