// ConverseStream: the reply as it is made. Order of events: recorded AWS traffic.
#include "operations/handlers.hpp"
#include "operations/runtime/converse_input.hpp"
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
    if (auto* delta = std::get_if<inference::TextDelta>(&event)) {
      Op::Event frame;
      auto& block = frame.contentBlockDelta.emplace();
      block.contentBlockIndex = 0;
      block.delta.text = std::move(delta->text);
      has_text_ = true;
      co_await events_.send(frame);
    } else if (const auto* end = std::get_if<inference::GenerationEnd>(&event)) {
      co_await finish(*end);
    }
  }

 private:
  Task<> begin() {
    const Op::Response head;
    co_await events_.start(head);
    Op::Event frame;
    frame.messageStart.emplace().role = "assistant";
    co_await events_.send(frame);
  }

  Task<> finish(inference::GenerationEnd end) {
    if (has_text_) {
      Op::Event stop;
      stop.contentBlockStop.emplace().contentBlockIndex = 0;
      events_.hold(stop);
    }
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
  bool has_text_ = false;
};

}  // namespace

template <>
Task<> handle_stream<Op>(Context& context, Op::Request request, EventWriter<Op>& events) {
  inference::ResolvedModel resolved = resolve_model(context, request.modelId);
  refuse_unbuilt_converse_parts(request);
  const inference::Family& family = family_of(*resolved.model);
  inference::GenerationRequest generation =
      read_converse(converse_input(request), *resolved.model, family);
  if (!resolved.model->features.converse_stream || !resolved.model->response_streaming) {
    throw errors::validation("The model is unsupported for streaming.");
  }
  EventSink sink(context, request, family, resolved, events);
  co_await generate(resolved, std::move(generation), sink, true,
                    [&events] { return events.started(); });
}

}  // namespace bedplate::operations
