// CreateProvisionedModelThroughput: sets slots of a model's engine aside for the account.
#include <fmt/format.h>

#include "base/arn.hpp"
#include "operations/handlers.hpp"
#include "operations/model_errors.hpp"
#include "operations/provisioned_throughput/provisioned_model.hpp"
#include "operations/provisioned_throughput/reserved_capacity.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/tag_rules.hpp"

namespace bedplate::operations {
namespace {

using Request = api::control::CreateProvisionedModelThroughputRequest;
using Response = api::control::CreateProvisionedModelThroughputResponse;

/// "Supported Region and models for Provisioned Throughput".
constexpr std::string_view kCommittedOnly = "amazon.titan-image-generator-";

ApiError not_provisioned(const std::string& model_id) {
  return errors::validation(
      fmt::format("Provisioned Throughput isn't supported for the model {}.", model_id));
}

inference::ResolvedModel model_to_provision(const Context& context, const Request& request) {
  if (const auto arn = parse_arn(request.modelId)) {
    // A custom model's, which there are none of, or one of another region.
    if (arn->resource_type() != "foundation-model" || arn->region != context.principal.region) {
      throw errors::resource_not_found(fmt::format("The model {} was not found.", request.modelId));
    }
  }
  inference::ResolvedModel model = context.services.bindings.resolve(
      request.modelId, context.principal.region, inference::BareIds::kAny);
  const bool of_profile = !model.profile_id.empty();
  if (of_profile || !model.model->has_inference_type("PROVISIONED")) {
    throw not_provisioned(request.modelId);
  }
  if (model.engine == nullptr) throw no_model_access();
  if (model.model->id.starts_with(kCommittedOnly) && !request.commitmentDuration) {
    throw errors::validation(
        fmt::format("The model {} needs a commitment: give commitmentDuration.", model.model->id));
  }
  return model;
}

ApiError too_few_units(const ReservedCapacity& capacity, const inference::ResolvedModel& model,
                       std::int32_t model_units) {
  return errors::service_quota_exceeded(
      fmt::format("{} model units were asked for, and {} are left for the model {}.", model_units,
                  capacity.units_left(model).value_or(0), model.model->id));
}

NewResource new_throughput(const Context& context, const Request& request,
                           const inference::ResolvedModel& model) {
  ProvisionedFacts facts;
  facts.model_id = model.model->id;
  facts.model_units = request.modelUnits;
  facts.commitment = request.commitmentDuration;
  const Timestamp now = context.services.clock.now();
  if (facts.commitment) {
    facts.commitment_ends_ms = to_ms(end_of_commitment(now, *facts.commitment));
  }
  storage::Resource row =
      new_row(kProvisionedThroughput, context.principal, request.provisionedModelName);
  row.unique_key = row.name;
  row.created_ms = to_ms(now);
  row.document = write_provisioned(facts);
  return {kProvisionedThroughput,
          std::move(row),
          read_tags(request.tags),
          client_request<op::control::CreateProvisionedModelThroughput>(request),
          /*count_max=*/0,
          kProvisionedGeneration,
          errors::validation};  // the model has no ConflictException for this operation
}

Response made(const Context& context, std::string id) {
  Response response;
  response.provisionedModelArn = arn_of(
      kProvisionedThroughput, key_of(kProvisionedThroughput, context.principal, std::move(id)));
  return response;
}

}  // namespace

template <>
Task<Response> handle<op::control::CreateProvisionedModelThroughput>(Context& context,
                                                                     Request request) {
  ReservedCapacity& capacity = context.services.reserved_capacity;
  const inference::ResolvedModel model = model_to_provision(context, request);
  NewResource throughput = new_throughput(context, request, model);
  if (throughput.client_request) {
    // Before any slot is set aside: a request that is repeated needs none.
    auto id = co_await created_before(context, *throughput.client_request, throughput.conflict);
    if (id) co_return made(context, std::move(*id));
  }
  const std::string id = throughput.row.key.id;
  auto hold = capacity.hold(id, model, request.modelUnits);
  if (!hold) throw too_few_units(capacity, model, request.modelUnits);
  throughput.row.state = capacity.is_clear(id) ? kInService : kCreating;
  Created created = co_await create_resource(context, std::move(throughput));
  if (!created.repeated) hold->keep();
  co_return made(context, std::move(created.id));
}

}  // namespace bedplate::operations
