// StopModelInvocationJob: asks a batch inference job to end. What it has done so far is put out.
#include <fmt/format.h>

#include "jobs/job_rows.hpp"
#include "jobs/job_runner.hpp"
#include "operations/batch/batch_job.hpp"
#include "operations/handlers.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/lookup.hpp"

namespace bedplate::operations {
namespace {

void request_stop(storage::Transaction& transaction, const storage::ResourceKey& key,
                  std::int64_t now_ms) {
  const std::optional<storage::Resource> row = transaction.get(key);
  if (!row) throw no_such_resource();
  if (row->state == batch_status::kStopping || batch_status::is_final(row->state)) {
    throw errors::conflict(fmt::format("The job {} cannot be stopped: its status is {}.",
                                       arn_of(kModelInvocationJob, key), row->state));
  }
  // What nobody works on and has put out nothing ends here and now.
  const bool begun = read_batch(*row).counts.processed() > 0;
  const bool removed = !begun && jobs::remove_waiting(transaction, key.id);
  if (removed || !jobs::request_cancel(transaction, key.id, now_ms)) {
    end_batch(transaction, key, now_ms, batch_status::kStopped, std::nullopt, "");
    return;
  }
  update_batch(transaction, key, now_ms, [](storage::Resource& changed, BatchFacts&) {
    changed.state = batch_status::kStopping;
  });
}

}  // namespace

template <>
Task<api::control::StopModelInvocationJobResponse> handle<op::control::StopModelInvocationJob>(
    Context& context, api::control::StopModelInvocationJobRequest request) {
  const storage::ResourceKey key = batch_key(context, request.jobIdentifier);
  const std::int64_t now_ms = to_ms(context.services.clock.now());
  const auto work = [key, now_ms](storage::Transaction& transaction) {
    request_stop(transaction, key, now_ms);
  };
  co_await context.services.store.write(work);
  context.services.jobs->cancel(key.id);
  co_return api::control::StopModelInvocationJobResponse{};
}

}  // namespace bedplate::operations
