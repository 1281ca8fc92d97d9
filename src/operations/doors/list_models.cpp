// GET /v1/models: every id that the door answers in the caller's region, models and inference
// profiles. What has no engine is not listed.
#include "operations/authorization/authorization.hpp"
#include "operations/control/inference_profiles.hpp"
#include "operations/doors/door_generation.hpp"
#include "operations/doors/door_router.hpp"
#include "operations/doors/model_json.hpp"

namespace bedplate::operations {

Task<> answer_list_models(wire::Request&, std::string, Context& context,
                          wire::ResponseWriter& writer) {
  co_await authorization::authorize_action(context, "bedrock:ListFoundationModels", "*");
  const inference::Bindings& bindings = context.services.bindings;
  const std::string& region = context.principal.region;
  boost::json::array data;
  for (const inference::CatalogueModel& model : bindings.catalogue().models()) {
    if (!model.alias_of.empty() || !is_chat_model(model)) continue;
    if (!bindings.serves(model, region, inference::BareIds::kProfiled)) continue;
    data.push_back(model_json(model.id, model));
  }
  for (const inference::InferenceProfile& profile : bindings.catalogue().profiles()) {
    const inference::CatalogueModel* model = bindings.model_of(profile);
    if (model == nullptr || !is_chat_model(*model)) continue;
    if (is_offered_in(profile, region) && bindings.serves(profile, region)) {
      data.push_back(model_json(profile.id, *model));
    }
  }
  boost::json::object list;
  list["object"] = "list";
  list["data"] = std::move(data);
  std::string body = boost::json::serialize(list);
  co_await openai_door().send_json(std::move(body), context, writer);
}

}  // namespace bedplate::operations
