#include "operations/provisioned_throughput/provisioned_model.hpp"

#include "base/api_error.hpp"
#include "base/arn.hpp"
#include "operations/control/foundation_models.hpp"
#include "operations/provisioned_throughput/reserved_capacity.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/facts.hpp"
#include "operations/resources/resource_kinds.hpp"

namespace bedplate::operations {

BOOST_DESCRIBE_STRUCT(ProvisionedFacts, (),
                      (model_id, model_units, commitment, commitment_ends_ms, failure))

ProvisionedFacts read_provisioned(const storage::Resource& row) {
  return read_facts<ProvisionedFacts>(row);
}

std::string write_provisioned(const ProvisionedFacts& facts) {
  return write_facts(facts);
}

Timestamp end_of_commitment(Timestamp begin, const std::string& commitment) {
  const auto day = std::chrono::floor<std::chrono::days>(begin);
  const std::chrono::months term(commitment == "SixMonths" ? 6 : 1);
  std::chrono::year_month_day end = std::chrono::year_month_day(day) + term;
  if (!end.ok()) end = end.year() / end.month() / std::chrono::last;
  return std::chrono::sys_days(end) + (begin - day);
}

bool is_committed(const storage::Resource& row, std::int64_t now_ms) {
  return row.state != kFailed && read_provisioned(row).commitment_ends_ms.value_or(0) > now_ms;
}

std::optional<storage::Resource> find_provisioned(storage::Transaction& transaction,
                                                  const identity::Principal& caller,
                                                  const std::string& identifier) {
  if (parse_arn(identifier)) {
    const auto named = named_resource(identifier, caller);
    if (!named || named->kind != &kProvisionedThroughput) return std::nullopt;
    return transaction.get(named->key);
  }
  auto by_name = transaction.find_unique(caller.account_id, caller.region,
                                         kProvisionedThroughput.kind, identifier);
  if (by_name) return by_name;
  return transaction.get(key_of(kProvisionedThroughput, caller, identifier));
}

void refuse_unless_in_service(const Context& context, const storage::Resource& row) {
  if (row.state == kInService) return;
  // The row may lag behind by a moment.
  if (row.state == kCreating && context.services.reserved_capacity.is_clear(row.key.id)) return;
  throw errors::model_not_ready("The provisioned model is not in service.");
}

api::control::ProvisionedModelSummary describe_provisioned(const storage::Resource& row,
                                                           const ProvisionedFacts& facts) {
  api::control::ProvisionedModelSummary out;
  out.provisionedModelName = row.name;
  out.provisionedModelArn = arn_of(kProvisionedThroughput, row.key);
  out.modelArn = foundation_model_arn(row.key.region, facts.model_id);
  out.desiredModelArn = out.modelArn;
  out.foundationModelArn = out.modelArn;
  out.modelUnits = static_cast<std::int32_t>(facts.model_units);
  out.desiredModelUnits = out.modelUnits;
  out.status = row.state;
  out.commitmentDuration = facts.commitment;
  if (facts.commitment_ends_ms) out.commitmentExpirationTime = from_ms(*facts.commitment_ends_ms);
  out.creationTime = from_ms(row.created_ms);
  out.lastModifiedTime = from_ms(row.updated_ms);
  return out;
}

}  // namespace bedplate::operations
