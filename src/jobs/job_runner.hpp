// Runs jobs: takes leases, keeps them, and ends what it runs in good order. docs/jobs.md.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "async/task_group.hpp"
#include "base/clock.hpp"
#include "jobs/job_context.hpp"
#include "storage/store.hpp"

namespace bedplate::jobs {

/// What is done for the jobs of one kind.
struct JobKind {
  std::string name;
  /// One run, on one I/O thread. What it throws counts as a failed attempt; it is run again after a
  /// growing pause. What it holds must outlive the runner.
  std::function<Task<JobEnd>(JobContext&)> run;
  /// After the last attempt, in the transaction that takes the job away.
  std::function<void(storage::Transaction&, const Job&, const std::string& error)> give_up;
};

struct JobRunnerOptions {
  std::string server;  ///< whose leases these are; the same after a restart, no other server's
  std::size_t jobs_max = 8;
  std::chrono::milliseconds lease{30'000};
  std::chrono::milliseconds heartbeat{10'000};
  std::chrono::milliseconds poll{5'000};  ///< for what other servers enqueue or leave behind
  std::chrono::milliseconds retry_min{1'000};
  std::chrono::milliseconds retry_max{300'000};
};

/// Call it from any thread.
class JobRunner {
 public:
  /// `store` and `clock` outlive it. `loops`: where jobs run, in turns; at least one.
  JobRunner(storage::Store& store, const Clock& clock, JobRunnerOptions options,
            std::vector<Executor> loops);
  ~JobRunner();  ///< stop_blocking(0)
  JobRunner(const JobRunner&) = delete;
  JobRunner& operator=(const JobRunner&) = delete;

  /// Before start_blocking().
  void add(JobKind kind);
  /// Gives back what this server held in an earlier life and begins.
  void start_blocking();
  /// A job was enqueued: looks at once.
  void notify();
  /// A cancellation was written: a job that runs here is told at once, one that waits is started.
  void cancel(std::string job_id);
  /// Takes nothing new, tells every job to save what it has, waits for at most `limit`, then cuts
  /// off what is left: it goes on from its last checkpoint when the server is back.
  void stop_blocking(std::chrono::milliseconds limit);

 private:
  using Runs = std::map<std::string, std::shared_ptr<RunningJob>>;
  /// What the home loop knows. Shared with what it was asked to do and has not done yet.
  struct Home {
    explicit Home(Executor executor) : executor(executor), timer(executor) {}
    const Executor executor;
    Timer timer;
    bool rung = false;  ///< there may be something to do
    bool stopping = false;
    Runs running;

    void ring();
  };

  Task<> dispatch();
  Task<std::chrono::milliseconds> start_what_is_ready();
  void start(Job job);
  Task<> run(std::shared_ptr<RunningJob> running);
  Task<> settle(std::shared_ptr<RunningJob> running, JobEnd end);
  Task<> settle_failure(std::shared_ptr<RunningJob> running, std::string error);
  Task<> beat();
  Task<> renew_all();
  static void interrupt(const std::shared_ptr<RunningJob>& running,
                        std::atomic<bool> RunningJob::*reason);
  std::int64_t now_ms() const;

  storage::Store& store_;
  const Clock& clock_;
  const JobRunnerOptions options_;
  std::map<std::string, JobKind> kinds_;
  const std::vector<Executor> loops_;
  std::size_t next_loop_ = 0;  ///< of the home loop
  const std::shared_ptr<Home> home_;
  TaskGroup dispatching_;
  TaskGroup runs_;
};

}  // namespace bedplate::jobs
