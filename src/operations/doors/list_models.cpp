// GET /v1/models: every id that the door answers in the caller's region, models and inference
// profiles. What has no engine, or is out of the account's reach, is not listed.
#include "operations/authorization/authorization.hpp"
#include "operations/control/inference_profiles.hpp"
#include "operations/doors/door_generation.hpp"
#include "operations/doors/door_router.hpp"
#include "operations/doors/model_json.hpp"
#include "operations/model_access/model_access.hpp"

namespace bedplate::operations {

Task<> answer_list_models(wire::Request&, std::string, Context& context,
                          wire::ResponseWriter& writer) {
  co_await authorization::authorize_action(context, "bedrock:ListFoundationModels", "*");
  const inference::Bindings& bindings = context.services.bindings;
  const std::string& region = context.principal.region;
  const ModelAccess& access = context.services.model_access;
  const std::string& account_id = context.principal.account_id;
  boost::json::array data;
  for (const inference::CatalogueModel& model : bindings.catalogue().models()) {
    if (!model.alias_of.empty() || !is_chat_model(model)) continue;
    if (!access.allows(account_id, model)) continue;
    if (!bindings.serves(model, region, inference::BareIds::kProfiled)) continue;
    data.push_back(model_json(model.id, model));
  }
  for (const inference::InferenceProfile& profile : bindings.catalogue().profiles()) {
    const inference::CatalogueModel* model = bindings.model_of(profile);
    if (model == nullptr || !is_chat_model(*model)) continue;
    if (!access.allows(account_id, *model)) continue;
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
