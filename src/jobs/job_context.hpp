// What the handler of a kind of jobs works with, and how it says how a run ended.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "async/task.hpp"
#include "base/clock.hpp"
#include "jobs/job.hpp"
#include "storage/store.hpp"

namespace bedplate::jobs {

/// What is written in the same transaction: copied, perhaps run more than once, so it holds what it
/// needs by value. Empty: nothing.
using Effect = std::function<void(storage::Transaction&)>;

/// How a run ended, other than by an exception.
struct JobEnd {
  enum class Kind {
    kDone,   ///< the job's row goes, with its parts
    kAgain,  ///< it is to be run again from its checkpoint: because the server stops, or later
  };
  Kind kind = Kind::kDone;
  Effect effect = {};
  std::chrono::milliseconds after{0};  ///< kAgain
};

/// A job that this server runs.
struct RunningJob {
  RunningJob(Job job, Executor executor) : job(std::move(job)), executor(executor) {}

  const Job job;  ///< as it was leased
  const Executor executor;
  std::atomic<bool> cancelled{false};
  std::atomic<bool> stopping{false};
  std::atomic<bool> lost{false};
  std::function<void()> on_interrupt;  ///< touched on the job's own loop only
};

/// Belongs to one run; used on the run's own loop.
class JobContext {
 public:
  JobContext(std::shared_ptr<RunningJob> running, storage::Store& store, const Clock& clock)
      : running_(std::move(running)), store_(store), clock_(clock) {}
  ~JobContext() { running_->on_interrupt = nullptr; }
  JobContext(const JobContext&) = delete;
  JobContext& operator=(const JobContext&) = delete;

  const Job& job() const { return running_->job; }
  storage::Store& store() const { return store_; }
  const Clock& clock() const { return clock_; }
  Executor executor() const { return running_->executor; }

  /// Somebody asked for its end: settle it and return kDone.
  bool cancelled() const { return running_->cancelled; }
  /// The server stops: save what there is and return kAgain.
  bool stopping() const { return running_->stopping; }
  /// Another server has it: do nothing more.
  bool lost() const { return running_->lost; }
  bool interrupted() const { return cancelled() || stopping() || lost(); }

  /// Calls `act` when the job is interrupted, at once when it is; each time another reason comes.
  void on_interrupt(std::function<void()> act);
  /// Returns when the job is interrupted.
  Task<> interruption();

  /// Keeps how far the job has come, and what comes with it. Starts the count of attempts anew.
  /// Throws LeaseLost; then nothing was written.
  Task<> save_checkpoint(std::string checkpoint, Effect effect = {});

 private:
  std::shared_ptr<RunningJob> running_;
  storage::Store& store_;
  const Clock& clock_;
};

}  // namespace bedplate::jobs
