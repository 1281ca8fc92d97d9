#include "operations/resources/resource_policies.hpp"

#include "base/api_error.hpp"
#include "base/arn.hpp"
#include "base/log.hpp"
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

std::optional<identity::policy::AttachedPolicy> attached_policy(storage::Transaction& transaction,
                                                                std::string_view arn) {
  using identity::policy::DocumentKind;
  using identity::policy::Policy;
  const auto named = parse_arn(arn);
  if (!named) return std::nullopt;
  const auto document = resource_policy(transaction, named->account, named->region, arn);
  if (!document) return std::nullopt;
  identity::policy::AttachedPolicy out;
  out.name = "resource policy";
  try {
    out.policy = Policy::parse(*document, DocumentKind::kResource);
  } catch (const identity::policy::PolicyError& problem) {
    log::error("the policy of {} cannot be read and denies everything: {}", arn, problem.what());
    out.policy = Policy::parse(
        R"({"Version":"2012-10-17",
            "Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}})",
        DocumentKind::kResource);
  }
  return out;
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
