// POST /v1/messages/count_tokens: what the same Messages call would report as its input.
#include "inference/families/families.hpp"
#include "operations/authorization/authorization.hpp"
#include "operations/doors/door_generation.hpp"
#include "operations/doors/door_router.hpp"
#include "operations/doors/message_request.hpp"

namespace bedplate::operations {

Task<> answer_count_message_tokens(wire::Request& request, std::string, Context& context,
                                   wire::ResponseWriter& writer) {
  MessageRequest message = read_message_request(request);
  request.body = {};
  if (message.stream) throw errors::validation("stream: Extra inputs are not permitted");
  if (message.native.contains("max_tokens")) {
    throw errors::validation("max_tokens: Extra inputs are not permitted");
  }
  message.native["max_tokens"] = 1;  // the body is else a Messages body, which must say how many
  co_await authorization::authorize_model_call(context, "bedrock:CountTokens", message.model);
  inference::ResolvedModel resolved = co_await resolve_chat_model(context, message.model, false);
  inference::GenerationRequest generation =
      parse_at_door(inference::anthropic_messages(), message.native, *resolved.model, false);
  const std::int64_t tokens =
      co_await count_tokens_at_door(anthropic_door(), context, resolved, std::move(generation));
  boost::json::object count;
  count["input_tokens"] = tokens;
  std::string body = boost::json::serialize(count);
  co_await anthropic_door().send_json(std::move(body), context, writer);
}

}  // namespace bedplate::operations
