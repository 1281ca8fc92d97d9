// A provisioned throughput: model units of one model, set aside for one account.
// docs/provisioned-throughput.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/control.hpp"
#include "operations/context.hpp"
#include "storage/transaction.hpp"

namespace bedplate::operations {

// What its row's `state` says: AWS's statuses. A base model cannot be changed for another one, so
// nothing is ever Updating.
inline constexpr const char* kCreating = "Creating";  ///< requests of before still have its slots
inline constexpr const char* kInService = "InService";
inline constexpr const char* kFailed = "Failed";  ///< its engine has too few slots by now

/// The store's generation of all of them (storage::Store::generation).
inline constexpr const char* kProvisionedGeneration = "provisioned-throughput";

/// What its row holds beside its id, name, status and times.
struct ProvisionedFacts {
  std::string model_id;
  std::int64_t model_units = 0;
  std::optional<std::string> commitment;           ///< OneMonth or SixMonths
  std::optional<std::int64_t> commitment_ends_ms;  ///< since 1970
  std::optional<std::string> failure;
};

ProvisionedFacts read_provisioned(const storage::Resource& row);
std::string write_provisioned(const ProvisionedFacts& facts);

/// When a commitment of that kind, begun at `begin`, is over: on the same day of a later month, or
/// the last one of a shorter month.
Timestamp end_of_commitment(Timestamp begin, const std::string& commitment);

/// Whether a commitment forbids to delete it. One that failed has nothing to be committed to.
bool is_committed(const storage::Resource& row, std::int64_t now_ms);

/// The one that an ARN, a name or an id names.
std::optional<storage::Resource> find_provisioned(storage::Transaction& transaction,
                                                  const identity::Principal& caller,
                                                  const std::string& identifier);

/// Throws ModelNotReadyException.
void refuse_unless_in_service(const Context& context, const storage::Resource& row);

/// The member names of ProvisionedModelSummary.
api::control::ProvisionedModelSummary describe_provisioned(const storage::Resource& row,
                                                           const ProvisionedFacts& facts);

}  // namespace bedplate::operations
