#include "operations/control/application_profiles.hpp"

#include "base/arn.hpp"
#include "operations/control/inference_profiles.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/facts.hpp"

namespace bedplate::operations {

BOOST_DESCRIBE_STRUCT(ApplicationProfileFacts, (), (description, source, model_arns))

namespace {

/// Recorded (aws-solutions-constructs, issue 1387).
ApiError bad_source() {
  return errors::validation("copyFrom must be a valid inference profile model source ARN.");
}

ApplicationProfileFacts copied_from_profile(const Context& context, const Arn& arn) {
  const std::string id(arn.resource_id());
  const auto* profile = context.services.bindings.catalogue().find_profile(id);
  if (profile == nullptr || !is_offered_in(*profile, arn.region)) throw bad_source();
  if (!arn.account.empty() && arn.account != context.principal.account_id) throw bad_source();
  return {{}, id, routed_model_arns(*profile, arn.region)};
}

ApplicationProfileFacts copied_from_model(const Context& context, const Arn& arn) {
  const inference::Bindings& bindings = context.services.bindings;
  const std::string id(arn.resource_id());
  if (!arn.account.empty() || bindings.catalogue().find(id) == nullptr) throw bad_source();
  bindings.resolve(id, arn.region);  // refuses a model that is to be had through a profile only
  return {{}, id, {foundation_model_arn(arn.region, id)}};
}

}  // namespace

ApplicationProfileFacts read_application_profile(const storage::Resource& row) {
  return read_facts<ApplicationProfileFacts>(row);
}

std::string write_application_profile(const ApplicationProfileFacts& facts) {
  return write_facts(facts);
}

ApplicationProfileFacts copied_from(const Context& context, const std::string& text) {
  const auto arn = parse_arn(text);
  if (!arn || arn->partition != "aws" || arn->service != "bedrock" ||
      arn->region != context.principal.region) {
    throw bad_source();
  }
  if (arn->resource_type() == "inference-profile") return copied_from_profile(context, *arn);
  if (arn->resource_type() == "foundation-model") return copied_from_model(context, *arn);
  throw bad_source();
}

std::optional<storage::ResourceKey> application_profile_key(const Context& context,
                                                            const std::string& identifier) {
  if (!parse_arn(identifier)) {
    return key_of(kApplicationInferenceProfile, context.principal, identifier);
  }
  auto named = named_resource(identifier, context.principal);
  if (!named || named->kind != &kApplicationInferenceProfile) return std::nullopt;
  return std::move(named->key);
}

api::control::InferenceProfileSummary describe_application_profile(const storage::Resource& row) {
  ApplicationProfileFacts facts = read_application_profile(row);
  api::control::InferenceProfileSummary out;
  out.inferenceProfileName = row.name;
  out.description = std::move(facts.description);
  out.createdAt = from_ms(row.created_ms);
  out.updatedAt = from_ms(row.updated_ms);
  out.inferenceProfileArn = arn_of(kApplicationInferenceProfile, row.key);
  for (std::string& arn : facts.model_arns) out.models.emplace_back().modelArn = std::move(arn);
  out.inferenceProfileId = row.key.id;
  out.status = "ACTIVE";
  out.type = "APPLICATION";
  return out;
}

}  // namespace bedplate::operations
