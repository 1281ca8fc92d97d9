#include "jobs/job_runner.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <optional>
#include <tuple>

#include "base/log.hpp"
#include "jobs/job_rows.hpp"

namespace bedplate::jobs {
namespace {

using std::chrono::milliseconds;

/// For what was cut off to notice it.
constexpr milliseconds kEndMax{2'000};

bool is_cancellation(const boost::system::system_error& problem) {
  return problem.code() == boost::asio::error::operation_aborted;
}

std::int64_t pause_ms(const JobRunnerOptions& options, std::int64_t failures) {
  std::int64_t pause = options.retry_min.count();
  for (std::int64_t i = 1; i < failures && pause < options.retry_max.count(); ++i) pause *= 2;
  return std::min<std::int64_t>(pause, options.retry_max.count());
}

LeaseId lease_of(const RunningJob& running) {
  return {running.job.id, running.job.lease};
}

}  // namespace

void JobRunner::Home::ring() {
  rung = true;
  timer.expires_at(Timer::time_point::min());
}

JobRunner::JobRunner(storage::Store& store, const Clock& clock, JobRunnerOptions options,
                     std::vector<Executor> loops)
    : store_(store),
      clock_(clock),
      options_(std::move(options)),
      loops_(std::move(loops)),
      home_(std::make_shared<Home>(loops_.front())),
      dispatching_("job runner"),
      runs_("jobs") {}

JobRunner::~JobRunner() {
  stop_blocking(milliseconds(0));
}

std::int64_t JobRunner::now_ms() const {
  return clock_.now().time_since_epoch().count();
}

void JobRunner::add(JobKind kind) {
  std::string name = kind.name;
  kinds_.insert_or_assign(std::move(name), std::move(kind));
}

void JobRunner::start_blocking() {
  const std::int64_t now = now_ms();
  store_.write_blocking([&](storage::Transaction& transaction) {
    release_all_of(transaction, options_.server, now);
  });
  dispatching_.spawn(home_->executor, dispatch());
  dispatching_.spawn(home_->executor, beat());
}

void JobRunner::notify() {
  boost::asio::post(home_->executor, [home = home_] { home->ring(); });
}

void JobRunner::cancel(std::string job_id) {
  boost::asio::post(home_->executor, [home = home_, job_id = std::move(job_id)] {
    const auto at = home->running.find(job_id);
    if (at != home->running.end()) interrupt(at->second, &RunningJob::cancelled);
    home->ring();
  });
}

void JobRunner::stop_blocking(milliseconds limit) {
  boost::asio::post(home_->executor, [home = home_] {
    home->stopping = true;
    for (const auto& [id, running] : home->running) interrupt(running, &RunningJob::stopping);
  });
  // The dispatcher first: it may be starting one more.
  dispatching_.stop();
  dispatching_.wait_blocking(kEndMax);
  if (!runs_.wait_blocking(limit)) {
    runs_.stop();
    runs_.wait_blocking(kEndMax);
  }
}

void JobRunner::interrupt(const std::shared_ptr<RunningJob>& running,
                          std::atomic<bool> RunningJob::*reason) {
  if (((*running).*reason).exchange(true)) return;
  boost::asio::post(running->executor, [running] {
    if (running->on_interrupt) running->on_interrupt();
  });
}

Task<> JobRunner::dispatch() {
  const std::shared_ptr<Home> home = home_;
  for (;;) {
    home->rung = false;
    milliseconds pause = options_.poll;
    try {
      pause = co_await start_what_is_ready();
    } catch (const boost::system::system_error&) {
      throw;  // stopped
    } catch (const std::exception& problem) {
      log::warning("jobs cannot be looked for: {}", problem.what());
    }
    if (home->rung) continue;
    home->timer.expires_after(pause);
    std::ignore = co_await home->timer.async_wait(as_result);
  }
}

/// Returns how long there will be nothing to do, unless somebody rings.
Task<milliseconds> JobRunner::start_what_is_ready() {
  const std::shared_ptr<Home> home = home_;
  LeaseRequest request;
  request.server = options_.server;
  for (const auto& [name, kind] : kinds_) request.kinds.push_back(name);
  if (request.kinds.empty()) co_return options_.poll;
  while (!home->stopping && home->running.size() < options_.jobs_max) {
    request.except.clear();
    for (const auto& [id, running] : home->running) request.except.push_back(id);
    const auto look = [request](storage::Transaction& transaction) {
      return next_ready_ms(transaction, request);
    };
    const std::optional<std::int64_t> ready = co_await store_.read(look);
    request.now_ms = now_ms();
    if (!ready) break;
    if (*ready > request.now_ms) {
      co_return std::min(options_.poll, milliseconds(*ready - request.now_ms));
    }
    request.lease_ends_ms = request.now_ms + options_.lease.count();
    const auto take = [request](storage::Transaction& transaction) {
      return lease_next(transaction, request);
    };
    std::optional<Job> job = co_await store_.write(take);
    if (job) start(std::move(*job));  // else another server was first
  }
  co_return options_.poll;
}

void JobRunner::start(Job job) {
  const Executor loop = loops_[next_loop_++ % loops_.size()];
  auto running = std::make_shared<RunningJob>(std::move(job), loop);
  running->cancelled = running->job.cancel_requested;
  running->stopping = home_->stopping;
  home_->running.insert_or_assign(running->job.id, running);
  runs_.spawn(loop, run(running));
}

Task<> JobRunner::run(std::shared_ptr<RunningJob> running) {
  /// However the run ends, its place is free then.
  struct Place {
    std::shared_ptr<Home> home;
    std::shared_ptr<RunningJob> running;
    ~Place() {
      boost::asio::post(home->executor, [home = home, running = running] {
        const auto at = home->running.find(running->job.id);
        if (at != home->running.end() && at->second == running) home->running.erase(at);
        home->ring();
      });
    }
  };
  const Place place{home_, running};
  const JobKind& kind = kinds_.at(running->job.kind);
  std::string failure;
  std::optional<JobEnd> end;
  try {
    if (running->job.attempts > running->job.attempts_max) {
      failure = running->job.last_error.empty() ? "every attempt ended without a result"
                                                : running->job.last_error;
    } else {
      JobContext context(running, store_, clock_);
      end = co_await kind.run(context);
    }
  } catch (const LeaseLost&) {
    running->lost = true;
  } catch (const boost::system::system_error& problem) {
    if (is_cancellation(problem)) throw;
    failure = problem.what();
  } catch (const std::exception& problem) {
    failure = problem.what();
  }
  if (running->lost) {
    log::warning("job {}: another server goes on with it", running->job.id);
    co_return;
  }
  if (end) {
    co_await settle(running, std::move(*end));
  } else {
    co_await settle_failure(running, std::move(failure));
  }
}

Task<> JobRunner::settle(std::shared_ptr<RunningJob> running, JobEnd end) {
  const LeaseId lease = lease_of(*running);
  const std::int64_t ready = now_ms() + end.after.count();
  auto work = [lease, ready, end = std::move(end)](storage::Transaction& transaction) {
    if (end.effect) end.effect(transaction);
    if (end.kind == JobEnd::Kind::kDone) {
      finish(transaction, lease);
    } else {
      release(transaction, lease, {ready, /*failed=*/false, ""});
    }
  };
  try {
    co_await store_.write(std::move(work));
  } catch (const LeaseLost&) {
    log::warning("job {}: another server goes on with it", lease.job_id);
  }
}

Task<> JobRunner::settle_failure(std::shared_ptr<RunningJob> running, std::string error) {
  const Job& job = running->job;
  const LeaseId lease = lease_of(*running);
  auto give_up = kinds_.at(job.kind).give_up;
  const std::int64_t now = now_ms();
  const JobRunnerOptions options = options_;
  log::warning("job {} ({}): {}", job.id, job.kind, error);
  // Checkpoints of this run count: they are read, not remembered.
  auto work = [lease, give_up, now, options, error](storage::Transaction& transaction) {
    const std::optional<Job> present = find_job(transaction, lease.job_id);
    if (!present || present->lease != lease.lease) throw LeaseLost();
    if (present->attempts >= present->attempts_max) {
      if (give_up) give_up(transaction, *present, error);
      finish(transaction, lease);
      return;
    }
    const std::int64_t ready =
        now + pause_ms(options, std::max<std::int64_t>(present->attempts, 1));
    release(transaction, lease, {ready, /*failed=*/true, error});
  };
  try {
    co_await store_.write(std::move(work));
  } catch (const LeaseLost&) {
    log::warning("job {}: another server goes on with it", lease.job_id);
  }
}

Task<> JobRunner::beat() {
  Timer timer(home_->executor);
  for (;;) {
    timer.expires_after(options_.heartbeat);
    co_await timer.async_wait(use_task);
    try {
      co_await renew_all();
    } catch (const boost::system::system_error&) {
      throw;  // stopped
    } catch (const std::exception& problem) {
      log::warning("the leases of jobs cannot be renewed: {}", problem.what());
    }
  }
}

Task<> JobRunner::renew_all() {
  const std::shared_ptr<Home> home = home_;
  const Runs asked = home->running;
  if (asked.empty()) co_return;
  std::vector<LeaseId> leases;
  for (const auto& [id, running] : asked) leases.push_back(lease_of(*running));
  const std::int64_t ends = now_ms() + options_.lease.count();
  const auto work = [leases, ends](storage::Transaction& transaction) {
    return renew(transaction, leases, ends);
  };
  const std::vector<Renewal> renewals = co_await store_.write(work);
  for (const Renewal& renewal : renewals) {
    const auto at = home->running.find(renewal.job_id);
    if (at == home->running.end() || at->second != asked.at(renewal.job_id)) continue;
    if (!renewal.held) interrupt(at->second, &RunningJob::lost);
    if (renewal.cancel_requested) interrupt(at->second, &RunningJob::cancelled);
  }
}

}  // namespace bedplate::jobs
