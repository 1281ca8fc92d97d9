// GET /v1/models/{id}: one model, by any identifier that a request may name.
#include "operations/authorization/authorization.hpp"
#include "operations/doors/door_generation.hpp"
#include "operations/doors/door_router.hpp"
#include "operations/doors/model_json.hpp"

namespace bedplate::operations {

Task<> answer_retrieve_model(wire::Request&, std::string model_id, Context& context,
                             wire::ResponseWriter& writer) {
  co_await authorization::authorize_model_description(context, model_id);
  const inference::ResolvedModel resolved = co_await resolve_chat_model(context, model_id, false);
  std::string body = boost::json::serialize(model_json(model_id, *resolved.model));
  co_await openai_door().send_json(std::move(body), context, writer);
}

}  // namespace bedplate::operations
