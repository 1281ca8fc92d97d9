// POST /v1/chat/completions: OpenAI's chat completions, for every text model. The openai-chat
// family translates, whatever the model's own family is.
#include <fmt/format.h>

#include "inference/families/families.hpp"
#include "operations/doors/chat_request.hpp"
#include "operations/doors/door_generation.hpp"
#include "operations/doors/door_router.hpp"
#include "operations/runtime/generation.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;

constexpr const char* kTier = "default";

json::value take(json::object& object, std::string_view key) {
  const auto at = object.find(key);
  if (at == object.end()) return nullptr;
  json::value value = std::move(at->value());
  object.stable_erase(at);
  return value;
}

/// Sends every event's chunks the moment they exist. The family ends with the usage in the last
/// chunk, as InvokeModel has it; here it comes in a chunk of its own, and only when asked for.
class ChatChunks final : public inference::GenerationSink {
 public:
  ChatChunks(const Context& context, wire::ResponseWriter& writer, const ChatRequest& request,
             std::unique_ptr<inference::ChunkRenderer> renderer)
      : context_(context), writer_(writer), request_(request), renderer_(std::move(renderer)) {}

  Task<> on_event(inference::GenerationEvent event) override {
    if (!writer_.started()) co_await openai_door().start_events(context_, writer_);
    const bool ends = std::holds_alternative<inference::GenerationEnd>(event);
    chunks_.clear();
    renderer_->render(event, chunks_);
    std::string text;
    json::value usage;
    for (json::object& chunk : chunks_) {
      if (json::value found = take(chunk, "usage"); !found.is_null()) usage = std::move(found);
      append(text, chunk, nullptr);
    }
    if (ends) {
      if (request_.include_usage && !chunks_.empty()) {
        json::object last = chunks_.back();
        last["choices"] = json::array();
        append(text, last, std::move(usage));
      }
      text += "data: [DONE]\n\n";
    }
    co_await writer_.write(std::move(text));
  }

 private:
  void append(std::string& text, json::object& chunk, json::value usage) const {
    chunk["model"] = request_.model;
    chunk["service_tier"] = kTier;
    if (request_.include_usage) chunk["usage"] = std::move(usage);
    text += fmt::format("data: {}\n\n", json::serialize(chunk));
  }

  const Context& context_;
  wire::ResponseWriter& writer_;
  const ChatRequest& request_;
  std::unique_ptr<inference::ChunkRenderer> renderer_;
  std::vector<json::object> chunks_;
};

void check_max_tokens(const inference::GenerationRequest& generation,
                      const inference::CatalogueModel& model, const json::object& body) {
  const std::int64_t tokens = generation.sampling.max_tokens.value_or(0);
  if (!model.enforces_max_output() || tokens <= model.max_output_tokens) return;
  const char* name =
      body.contains("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
  ApiError error = errors::validation(
      fmt::format("'{}' ({}) exceeds model maximum ({})", name, tokens, model.max_output_tokens));
  error.parameter = fmt::format("#/{}", name);
  throw error;
}

}  // namespace

Task<> answer_chat_completions(wire::Request& request, std::string, Context& context,
                               wire::ResponseWriter& writer) {
  refuse_guardrail_headers(request);
  const ChatRequest chat = read_chat_request(request.body);
  request.body = {};
  co_await authorize_chat(context, chat.model, chat.stream);
  inference::ResolvedModel resolved = co_await resolve_chat_model(context, chat.model, chat.stream);
  const inference::Family& family = inference::openai_chat();
  inference::GenerationRequest generation =
      parse_at_door(family, chat.native, *resolved.model, chat.stream);
  check_max_tokens(generation, *resolved.model, chat.native);

  inference::ReplyContext reply_to = reply_context(context, resolved);
  reply_to.reasoning_apart = true;
  if (chat.stream) {
    ChatChunks sink(context, writer, chat, family.chunk_renderer(reply_to));
    co_await generate_at_door(openai_door(), context, resolved, std::move(generation), sink,
                              writer);
    co_await writer.finish();
    co_return;
  }
  const inference::GenerationReply reply = co_await generate_whole_at_door(
      openai_door(), context, resolved, std::move(generation), writer);
  json::object completion = family.render(reply, reply_to);
  completion["model"] = chat.model;
  completion["service_tier"] = kTier;
  std::string body = json::serialize(completion);
  co_await openai_door().send_json(std::move(body), context, writer);
}

}  // namespace bedplate::operations
