// A batch inference job: its row, its statuses, and what the operations tell of it.
// docs/batch-inference.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "api/control.hpp"
#include "operations/context.hpp"
#include "operations/resources/resource_kinds.hpp"
#include "storage/transaction.hpp"

namespace bedplate::operations {

/// Of jobs::JobKind, and of the resource.
inline constexpr const char* kBatchJobKind = "model-invocation-job";

// What the row's `state` says: AWS's statuses ("GetModelInvocationJob").
namespace batch_status {
inline constexpr const char* kSubmitted = "Submitted";
inline constexpr const char* kValidating = "Validating";
inline constexpr const char* kScheduled = "Scheduled";
inline constexpr const char* kInProgress = "InProgress";
inline constexpr const char* kCompleted = "Completed";
inline constexpr const char* kPartiallyCompleted = "PartiallyCompleted";
inline constexpr const char* kFailed = "Failed";
inline constexpr const char* kStopping = "Stopping";
inline constexpr const char* kStopped = "Stopped";
inline constexpr const char* kExpired = "Expired";

bool is_final(std::string_view status);
}  // namespace batch_status

struct BatchCounts {
  std::int64_t total = 0;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;

  std::int64_t processed() const { return succeeded + failed; }
};

/// What its row holds beside its id, name, status and times.
struct BatchFacts {
  std::string model_id;   ///< as the client gave it
  std::string model_arn;  ///< what that names
  std::string role_arn;
  std::string invocation_type;  ///< InvokeModel or Converse
  std::string input_uri;
  std::optional<std::string> input_format;
  std::optional<std::string> input_owner;
  std::string output_uri;
  std::optional<std::string> output_owner;
  std::optional<std::string> client_token;
  std::int64_t timeout_hours = 0;
  std::int64_t expires_ms = 0;  ///< since 1970
  std::optional<std::string> message;
  std::optional<std::int64_t> ended_ms;
  BatchCounts counts;
};

BatchFacts read_batch(const storage::Resource& row);
std::string write_batch(const BatchFacts& facts);

/// The key that an ARN or an id names. Throws ResourceNotFoundException for another account's,
/// region's or kind's.
storage::ResourceKey batch_key(const Context& context, const std::string& identifier);

api::control::GetModelInvocationJobResponse describe_batch(const storage::Resource& row);
api::control::ModelInvocationJobSummary summarize_batch(const storage::Resource& row);

/// Reads the row, has it changed and writes it. Nothing happens when it is gone.
void update_batch(storage::Transaction& transaction, const storage::ResourceKey& key,
                  std::int64_t now_ms,
                  const std::function<void(storage::Resource&, BatchFacts&)>& change);

/// A status that nothing follows, with its time and, where there is one, its reason.
void end_batch(storage::Transaction& transaction, const storage::ResourceKey& key,
               std::int64_t now_ms, const char* status, const std::optional<BatchCounts>& counts,
               const std::string& message);

}  // namespace bedplate::operations
