// InvokeModelWithResponseStream: the provider's native stream chunks, each in one frame.
#include "operations/handlers.hpp"
#include "operations/runtime/generation.hpp"
#include "operations/runtime/invoke_request.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;
using Op = op::runtime::InvokeModelWithResponseStream;

/// Sends every event's chunks the moment they exist. The response begins with the first event, so
/// what fails before it is an ordinary error.
class ChunkSink final : public inference::GenerationSink {
 public:
  ChunkSink(Context& context, EventWriter<Op>& events, Op::Response head, bool nova,
            std::unique_ptr<inference::ChunkRenderer> renderer)
      : context_(context),
        events_(events),
        head_(std::move(head)),
        nova_(nova),
        renderer_(std::move(renderer)) {}

  Task<> on_event(inference::GenerationEvent event) override {
    if (!events_.started()) co_await events_.start(head_);
    if (first_byte_ms_ < 0 && !std::holds_alternative<inference::GenerationStart>(event)) {
      first_byte_ms_ = context_.elapsed_ms();
    }
    chunks_.clear();
    renderer_->render(event, chunks_);
    const auto* end = std::get_if<inference::GenerationEnd>(&event);
    if (end != nullptr && !end->followed && !chunks_.empty()) {
      chunks_.back()["amazon-bedrock-invocationMetrics"] = metrics(end->usage);
    }
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      Op::Event frame;
      frame.chunk.emplace().bytes = json::serialize(chunks_[i]);
      if (i + 1 < chunks_.size()) {
        events_.hold(frame);
      } else {
        co_await events_.send(frame);
      }
    }
  }

 private:
  json::object metrics(const inference::Usage& usage) const {
    json::object out{{"inputTokenCount", usage.input_tokens},
                     {"outputTokenCount", usage.output_tokens},
                     {"invocationLatency", context_.elapsed_ms()},
                     {"firstByteLatency", first_byte_ms_}};
    if (nova_) {
      out["cacheReadInputTokenCount"] = usage.cache_read_input_tokens;
      out["cacheWriteInputTokenCount"] = usage.cache_write_input_tokens;
    }
    return out;
  }

  Context& context_;
  EventWriter<Op>& events_;
  Op::Response head_;
  bool nova_;
  std::unique_ptr<inference::ChunkRenderer> renderer_;
  std::vector<json::object> chunks_;
  std::int64_t first_byte_ms_ = -1;
};

}  // namespace

template <>
Task<> handle_stream<Op>(Context& context, Op::Request request, EventWriter<Op>& events) {
  refuse_guardrail(request.guardrailIdentifier, request.guardrailVersion);
  inference::ResolvedModel resolved = co_await resolve_model(context, request.modelId);
  if (!resolved.model->response_streaming) {
    throw errors::validation("The model is unsupported for streaming.");
  }
  const inference::Family& family = family_of(*resolved.model);
  const json::object body = inference::parse_body_object(native_body(request.body));
  inference::GenerationRequest generation = family.parse(body, *resolved.model, true);

  Op::Response head;
  head.contentType = "application/json";
  head.performanceConfigLatency = request.performanceConfigLatency;
  head.serviceTier = request.serviceTier;
  inference::ReplyContext rendering = reply_context(context, resolved);
  rendering.body = &body;
  ChunkSink sink(context, events, std::move(head), resolved.model->family == "nova",
                 family.chunk_renderer(rendering));
  inference::Generate one = [&](inference::GenerationRequest each,
                                inference::GenerationSink& into) {
    return generate(context, resolved, std::move(each), into, false,
                    [&events] { return events.started(); });
  };
  co_await inference::generate_in_turn(std::move(one), std::move(generation), sink);
}

}  // namespace bedplate::operations
