#include "operations/batch/batch_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ids.hpp"
#include "jobs/job_rows.hpp"
#include "objects/objects_error.hpp"
#include "operations/authorization/authorization.hpp"
#include "operations/batch/batch_job.hpp"
#include "operations/batch/batch_output.hpp"
#include "operations/batch/batch_records.hpp"
#include "operations/resources/creation.hpp"
#include "operations/runtime/generation.hpp"
#include "operations/sts/service_role.hpp"

namespace bedplate::operations {
namespace {

using jobs::JobContext;
using jobs::JobEnd;

/// Records beyond the engine's slots that wait for one: what a slot does next is there at once.
constexpr std::size_t kAtOnceMax = 256;

storage::ResourceKey key_of_job(const jobs::Job& job) {
  return {job.account_id, job.region, std::string(kModelInvocationJob.kind), "", job.id};
}

/// Why a job has failed. What may pass is thrown again: the runner tries later.
std::string reason_of(const std::exception_ptr& problem) {
  try {
    std::rethrow_exception(problem);
  } catch (const ApiError& error) {
    // Of the role or the model, which were there when the job was made.
    if (error.http_status == 429 || error.http_status >= 500) throw;
    return error.what();
  } catch (const BatchFailure& failure) {
    return failure.what();
  } catch (const objects::ObjectsError&) {
  }
  try {
    fail_or_rethrow(problem, "An object");
  } catch (const BatchFailure& failure) {
    return failure.what();
  }
}

/// One run of a job: from wherever its checkpoint says.
class BatchRun {
 public:
  BatchRun(const Services& services, JobContext& context)
      : services_(services), context_(context), key_(key_of_job(context.job())) {}

  Task<JobEnd> run();

 private:
  Task<JobEnd> go_on();
  Task<JobEnd> check_input();
  Task<JobEnd> run_records();
  Task<JobEnd> run_to_the_end(BatchRecords& records);
  Task<> save(BatchRecords& records);
  Task<JobEnd> put_out(const char* status, BatchProgress progress);
  Task<> set_status(const char* status);
  Task<RecordCall> prepare_call();
  Task<std::size_t> records_at_once(RecordCall call);
  void take_role();
  BatchPlaces places() const;
  JobEnd end(const char* status, std::string message = {}) const;
  bool expired() const { return now_ms() >= facts_.expires_ms; }
  std::int64_t now_ms() const { return to_ms(services_.clock.now()); }
  std::chrono::steady_clock::time_point expiry() const;

  const Services& services_;
  JobContext& context_;
  const storage::ResourceKey key_;
  BatchFacts facts_;
  BatchProgress progress_;
  identity::Principal role_;
};

/// Ends the row, whatever its status was: unless somebody has ended it before.
JobEnd BatchRun::end(const char* status, std::string message) const {
  JobEnd out;
  std::optional<BatchCounts> counts;
  if (progress_.checked()) counts = progress_.counts;
  out.effect = [key = key_, now = now_ms(), status, counts,
                message = std::move(message)](storage::Transaction& transaction) {
    end_batch(transaction, key, now, status, counts, message);
  };
  return out;
}

std::chrono::steady_clock::time_point BatchRun::expiry() const {
  const std::int64_t left_ms = std::max<std::int64_t>(facts_.expires_ms - now_ms(), 0);
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(left_ms);
}

BatchPlaces BatchRun::places() const {
  return {&services_,
          role_,
          objects::parse_object_uri(facts_.input_uri),
          facts_.input_owner,
          objects::parse_object_uri(facts_.output_uri),
          facts_.output_owner};
}

void BatchRun::take_role() {
  role_ = assume_service_role(services_, {facts_.role_arn, key_.account_id, key_.region,
                                          arn_of(kModelInvocationJob, key_), "bedrock-" + key_.id});
}

Task<JobEnd> BatchRun::run() {
  const auto read = [key = key_](storage::Transaction& transaction) {
    return transaction.get(key);
  };
  const std::optional<storage::Resource> row = co_await context_.store().read(read);
  if (!row || batch_status::is_final(row->state)) co_return JobEnd{};
  facts_ = read_batch(*row);
  progress_ = read_progress(context_.job().checkpoint);
  std::exception_ptr problem;
  try {
    co_return co_await go_on();
  } catch (const BatchFailure&) {
    problem = std::current_exception();
  } catch (const objects::ObjectsError&) {
    problem = std::current_exception();
  } catch (const ApiError&) {
    problem = std::current_exception();
  }
  co_return end(batch_status::kFailed, reason_of(problem));
}

Task<JobEnd> BatchRun::go_on() {
  const bool begun = progress_.counts.processed() > 0;
  if (!begun && context_.cancelled()) co_return end(batch_status::kStopped);
  if (!begun && expired()) co_return end(batch_status::kExpired);
  if (context_.stopping()) co_return JobEnd{JobEnd::Kind::kAgain};
  take_role();
  if (!progress_.checked()) co_return co_await check_input();
  co_return co_await run_records();
}

/// Unless it is Stopping, which stays until the job has ended.
Task<> BatchRun::set_status(const char* status) {
  const auto work = [key = key_, now = now_ms(), status](storage::Transaction& transaction) {
    update_batch(transaction, key, now, [&](storage::Resource& row, BatchFacts&) {
      if (row.state != batch_status::kStopping) row.state = status;
    });
  };
  co_await context_.store().write(work);
}

Task<JobEnd> BatchRun::check_input() {
  co_await set_status(batch_status::kValidating);
  const BatchLimits& limits = services_.batch_limits;
  co_await check_buckets(places());
  BatchProgress checked;
  checked.files = co_await find_input(places());
  std::int64_t records = 0;
  for (BatchFile& file : checked.files) {
    JobContext* context = &context_;
    std::function<bool()> interrupted = [context] { return context->interrupted(); };
    file.records = co_await count_records(places(), file, limits.records_max - records,
                                          std::move(interrupted));
    records += file.records;
    if (context_.cancelled()) co_return end(batch_status::kStopped);
    if (context_.interrupted()) co_return JobEnd{JobEnd::Kind::kAgain};
  }
  if (records < limits.records_min) {
    // Recorded.
    throw BatchFailure(
        fmt::format("Batch job contains less records ({}) than the required minimum of: {}",
                    records, limits.records_min));
  }
  checked.counts.total = records;
  auto scheduled = [key = key_, now = now_ms(), records](storage::Transaction& transaction) {
    update_batch(transaction, key, now, [&](storage::Resource& row, BatchFacts& facts) {
      if (row.state != batch_status::kStopping) row.state = batch_status::kScheduled;
      facts.counts.total = records;
    });
  };
  std::string checkpoint = write_progress(checked);
  co_await context_.save_checkpoint(std::move(checkpoint), std::move(scheduled));
  co_return JobEnd{JobEnd::Kind::kAgain};  // it waits for its turn
}

/// Model and role are asked once; the records go without.
Task<RecordCall> BatchRun::prepare_call() {
  RecordCall call;
  call.services = &services_;
  call.principal = role_;
  call.model_id = facts_.model_id;
  call.converse = facts_.invocation_type == "Converse";
  co_return call;
}

Task<std::size_t> BatchRun::records_at_once(RecordCall call) {
  Context context{services_, call.principal, random_uuid(), SteadyClock::now(),
                  {},        nullptr,        nullptr,       nullptr};
  context.priority = Priority::kBatch;
  // A foundation model needs no permission of the role's; a profile does ("Permissions to run batch
  // inference with inference profiles").
  const bool is_profile = facts_.model_arn.find("inference-profile/") != std::string::npos;
  if (is_profile) {
    co_await authorization::authorize_model_call(context, "bedrock:InvokeModel", call.model_id);
  }
  const inference::ResolvedModel model = co_await resolve_model(context, call.model_id);
  const std::shared_ptr<Admission> admission = model.engine->admission();
  const std::size_t slots = admission
                                ? admission->slots() * 2
                                : static_cast<std::size_t>(services_.batch_limits.records_at_once);
  co_return std::clamp<std::size_t>(slots, 1, kAtOnceMax);
}

Task<JobEnd> BatchRun::run_records() {
  if (context_.cancelled()) co_return co_await put_out(batch_status::kStopped, progress_);
  if (expired()) co_return co_await put_out(batch_status::kPartiallyCompleted, progress_);
  co_await set_status(batch_status::kInProgress);
  RecordCall call = co_await prepare_call();
  const std::size_t at_once = co_await records_at_once(call);
  BatchRecords records(places(), std::move(call), progress_, at_once, context_.executor());
  context_.on_interrupt([&records] { records.ring(); });
  JobEnd out = co_await run_to_the_end(records);
  context_.on_interrupt([] {});
  co_return out;
}

Task<JobEnd> BatchRun::run_to_the_end(BatchRecords& records) {
  for (;;) {
    co_await records.feed();
    const bool saves = records.wants_checkpoint();
    if (saves) co_await save(records);
    if (records.all_are_done() || context_.interrupted() || expired()) break;
    if (saves) continue;  // feeding stopped for it, and perhaps nothing runs that would ring
    const auto latest = std::min(records.checkpoint_due(), expiry());
    co_await records.wait(latest);
  }
  co_await records.stop();
  if (context_.lost()) throw jobs::LeaseLost();
  if (records.has_results()) co_await save(records);
  progress_ = records.progress();
  if (records.all_are_done() && progress_.counts.processed() == progress_.counts.total) {
    co_return co_await put_out(batch_status::kCompleted, progress_);
  }
  if (context_.cancelled()) co_return co_await put_out(batch_status::kStopped, progress_);
  if (context_.stopping()) co_return JobEnd{JobEnd::Kind::kAgain};
  const bool some = progress_.counts.processed() > 0;
  if (!some) co_return end(batch_status::kExpired);
  co_return co_await put_out(batch_status::kPartiallyCompleted, progress_);
}

/// Results and progress, in one write.
Task<> BatchRun::save(BatchRecords& records) {
  BatchRecords::Results results = records.take_results();
  std::string checkpoint = write_progress(results.progress);
  auto effect = [key = key_, now = now_ms(), job_id = context_.job().id,
                 counts = results.progress.counts,
                 parts = std::move(results.parts)](storage::Transaction& transaction) {
    for (const auto& [file, lines] : parts) jobs::append_part(transaction, job_id, file, lines);
    update_batch(transaction, key, now,
                 [&](storage::Resource&, BatchFacts& facts) { facts.counts = counts; });
  };
  co_await context_.save_checkpoint(std::move(checkpoint), std::move(effect));
}

Task<JobEnd> BatchRun::put_out(const char* status, BatchProgress progress) {
  progress_ = progress;
  co_await put_batch_output(places(), context_, std::move(progress));
  co_return end(status);
}

Task<JobEnd> run_batch(const Services* services, JobContext* context) {
  BatchRun run(*services, *context);
  co_return co_await run.run();
}

void give_up(storage::Transaction& transaction, const jobs::Job& job, const std::string& error,
             std::int64_t now_ms) {
  end_batch(transaction, key_of_job(job), now_ms, batch_status::kFailed, std::nullopt, error);
}

}  // namespace

jobs::JobKind batch_inference(const Services& services) {
  jobs::JobKind kind;
  kind.name = kBatchJobKind;
  kind.run = [&services](JobContext& context) { return run_batch(&services, &context); };
  kind.give_up = [&services](storage::Transaction& transaction, const jobs::Job& job,
                             const std::string& error) {
    give_up(transaction, job, error, to_ms(services.clock.now()));
  };
  return kind;
}

}  // namespace bedplate::operations
