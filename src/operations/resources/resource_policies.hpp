// Policies that are attached to resources: one for each ARN.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "identity/policy/evaluation.hpp"
#include "storage/transaction.hpp"

namespace bedplate::operations {

/// Throws ValidationException for what is no policy document.
void check_resource_policy(const std::string& document);

std::optional<std::string> resource_policy(storage::Transaction& transaction,
                                           std::string_view account_id, std::string_view region,
                                           std::string_view arn);
/// The same for a decision, whoever's the resource is; nothing when it has none. A document that
/// cannot be read any more denies everything.
std::optional<identity::policy::AttachedPolicy> attached_policy(storage::Transaction& transaction,
                                                                std::string_view arn);
/// In place of the one that is there.
void put_resource_policy(storage::Transaction& transaction, std::string_view account_id,
                         std::string_view region, std::string_view arn, const std::string& document,
                         std::int64_t now_ms);
/// False when there is none.
bool erase_resource_policy(storage::Transaction& transaction, std::string_view account_id,
                           std::string_view region, std::string_view arn);

}  // namespace bedplate::operations
