#include "operations/resources/resource_policies.hpp"

#include "base/api_error.hpp"
#include "identity/policy/policy.hpp"

namespace bedplate::operations {
namespace {

constexpr std::string_view kKind = "resource-policy";

storage::ResourceKey key_of_policy(std::string_view account_id, std::string_view region,
                                   std::string_view arn) {
  return {std::string(account_id), std::string(region), std::string(kKind), "", std::string(arn)};
}

}  // namespace

void check_resource_policy(const std::string& document) {
  using identity::policy::DocumentKind;
  using identity::policy::Policy;
  try {
    Policy::parse(document, DocumentKind::kResource);
  } catch (const identity::policy::PolicyError& problem) {
    throw errors::validation(problem.what());
  }
}

std::optional<std::string> resource_policy(storage::Transaction& transaction,
                                           std::string_view account_id, std::string_view region,
                                           std::string_view arn) {
  auto found = transaction.get(key_of_policy(account_id, region, arn));
  if (!found) return std::nullopt;
  return std::move(found->document);
}

void put_resource_policy(storage::Transaction& transaction, std::string_view account_id,
                         std::string_view region, std::string_view arn, const std::string& document,
                         std::int64_t now_ms) {
  storage::Resource row;
  row.key = key_of_policy(account_id, region, arn);
  const auto present = transaction.get(row.key);
  row.document = document;
  row.created_ms = now_ms;
  row.updated_ms = now_ms;
  if (present) {
    transaction.update(row, present->version);
  } else {
    transaction.insert(row);
  }
}

bool erase_resource_policy(storage::Transaction& transaction, std::string_view account_id,
                           std::string_view region, std::string_view arn) {
  return transaction.erase(key_of_policy(account_id, region, arn));
}

}  // namespace bedplate::operations
