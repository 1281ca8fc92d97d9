// An asynchronous invocation: its row and its run. docs/batch-inference.md, "Asynchronous
// invocation".
#pragma once

#include <optional>
#include <string>

#include "api/runtime.hpp"
#include "inference/model_catalogue.hpp"
#include "jobs/job_runner.hpp"
#include "operations/context.hpp"
#include "operations/resources/resource_kinds.hpp"

namespace bedplate::operations {

/// Of jobs::JobKind, and of the resource.
inline constexpr const char* kAsyncInvokeJobKind = "async-invoke";

// What the row's `state` says.
namespace async_status {
inline constexpr const char* kInProgress = "InProgress";
inline constexpr const char* kCompleted = "Completed";
inline constexpr const char* kFailed = "Failed";
}  // namespace async_status

/// What its row holds beside its id, status and times.
struct AsyncInvokeFacts {
  std::string model_id;
  std::string model_input;  ///< JSON
  std::string output_uri;
  std::optional<std::string> output_owner;
  std::optional<std::string> client_token;
  std::optional<std::string> failure;
  std::optional<std::int64_t> ended_ms;
};

AsyncInvokeFacts read_async_invoke(const storage::Resource& row);
std::string write_async_invoke(const AsyncInvokeFacts& facts);

api::runtime::GetAsyncInvokeResponse describe_async_invoke(const storage::Resource& row);
api::runtime::AsyncInvokeSummary summarize_async_invoke(const storage::Resource& row);

/// Whether the model can be invoked so here.
bool invokes_asynchronously(const inference::CatalogueModel& model);

/// For JobRunner::add(). `services` outlives the runner's jobs.
jobs::JobKind async_invocation(const Services& services);

}  // namespace bedplate::operations
