// POST /v1/messages and /anthropic/v1/messages: Anthropic's Messages, for every text model. The
// anthropic-messages family translates, whatever the model's own family is.
#include <fmt/format.h>

#include "base/ids.hpp"
#include "inference/families/families.hpp"
#include "operations/doors/door_generation.hpp"
#include "operations/doors/door_router.hpp"
#include "operations/doors/message_request.hpp"
#include "operations/runtime/generation.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;

/// The family makes the ids of Bedrock's own operations: `msg_bdrk_01…`, `toolu_bdrk_01…`, and of
/// newer models `msg_bdrk_` with others behind it. Anthropic's are `msg_01…` for all of them.
void set_own_id(json::object& object) {
  constexpr std::string_view kBedrockMark = "_bdrk_";
  json::value* id = object.if_contains("id");
  if (id == nullptr || !id->is_string()) return;
  const std::string given(id->get_string());
  const std::size_t mark = given.find(kBedrockMark);
  if (mark == std::string::npos) return;
  const std::string own = given.substr(mark + kBedrockMark.size());
  *id = fmt::format("{}_{}", given.substr(0, mark),
                    own.starts_with("01") ? own : "01" + random_base62(22));
}

/// Ids as Anthropic's own API has them, in the message and in its blocks. Claude's name is already
/// Anthropic's; another provider's model keeps the one that the client gave.
void set_names(json::object& message, const inference::CatalogueModel& model,
               const std::string& model_as_named) {
  if (model.family != "anthropic-messages") message["model"] = model_as_named;
  set_own_id(message);
  for (json::value& block : message["content"].as_array()) set_own_id(block.as_object());
}

/// Sends every event's chunks the moment they exist, each under its type's name.
class MessageEvents final : public inference::GenerationSink {
 public:
  MessageEvents(const Context& context, wire::ResponseWriter& writer,
                const inference::CatalogueModel& model, const MessageRequest& request,
                std::unique_ptr<inference::ChunkRenderer> renderer)
      : context_(context),
        writer_(writer),
        model_(model),
        request_(request),
        renderer_(std::move(renderer)) {}

  Task<> on_event(inference::GenerationEvent event) override {
    if (!writer_.started()) co_await anthropic_door().start_events(context_, writer_);
    chunks_.clear();
    renderer_->render(event, chunks_);
    std::string text;
    for (json::object& chunk : chunks_) {
      if (json::value* message = chunk.if_contains("message")) {
        set_names(message->as_object(), model_, request_.model);
      }
      if (json::value* block = chunk.if_contains("content_block")) set_own_id(block->as_object());
      text += fmt::format("event: {}\ndata: {}\n\n", std::string_view(chunk.at("type").as_string()),
                          json::serialize(chunk));
    }
    co_await writer_.write(std::move(text));
  }

 private:
  const Context& context_;
  wire::ResponseWriter& writer_;
  const inference::CatalogueModel& model_;
  const MessageRequest& request_;
  std::unique_ptr<inference::ChunkRenderer> renderer_;
  std::vector<json::object> chunks_;
};

}  // namespace

Task<> answer_messages(wire::Request& request, std::string, Context& context,
                       wire::ResponseWriter& writer) {
  refuse_guardrail_headers(request);
  const MessageRequest message = read_message_request(request);
  request.body = {};
  co_await authorize_chat(context, message.model, message.stream);
  inference::ResolvedModel resolved =
      co_await resolve_chat_model(context, message.model, message.stream);
  const inference::Family& family = inference::anthropic_messages();
  inference::GenerationRequest generation =
      parse_at_door(family, message.native, *resolved.model, message.stream);

  inference::ReplyContext reply_to = reply_context(context, resolved);
  reply_to.reports_caching = true;  // Anthropic's usage always names it
  if (message.stream) {
    MessageEvents sink(context, writer, *resolved.model, message, family.chunk_renderer(reply_to));
    co_await generate_at_door(anthropic_door(), context, resolved, std::move(generation), sink,
                              writer);
    co_await writer.finish();
    co_return;
  }
  const inference::GenerationReply reply = co_await generate_whole_at_door(
      anthropic_door(), context, resolved, std::move(generation), writer);
  json::object rendered = family.render(reply, reply_to);
  set_names(rendered, *resolved.model, message.model);
  std::string body = json::serialize(rendered);
  co_await anthropic_door().send_json(std::move(body), context, writer);
}

}  // namespace bedplate::operations
