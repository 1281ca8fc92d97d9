// The runner: what it starts, what becomes of it, and who goes on when a server is gone.
#include "jobs/job_runner.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "async/io_pool.hpp"
#include "jobs/job_rows.hpp"
#include "storage/contract_for_test.hpp"

namespace bedplate::jobs {
namespace {

using std::chrono::milliseconds;
using storage::Transaction;

/// Nobody waits as long as that for what is right.
constexpr std::chrono::seconds kWaitMax{30};

class SetClock final : public Clock {
 public:
  Timestamp now() const override { return Timestamp(milliseconds(now_ms.load())); }
  std::atomic<std::int64_t> now_ms{1'000'000};
};

/// What handlers did, in their order.
class Notes {
 public:
  void add(std::string note) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(std::move(note));
    changed_.notify_all();
  }
  /// False when it did not come.
  bool wait_for(const std::string& note, std::size_t times = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kWaitMax, [&] { return count(note) >= times; });
  }
  bool wait_for_all(std::size_t notes) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kWaitMax, [&] { return notes_.size() >= notes; });
  }
  std::vector<std::string> all() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }

 private:
  std::size_t count(const std::string& note) const {
    return static_cast<std::size_t>(std::count(notes_.begin(), notes_.end(), note));
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> notes_;
};

// Handlers. What they do is in the job's id.

JobEnd noting(Notes* notes, std::string note, JobEnd::Kind kind = JobEnd::Kind::kDone) {
  JobEnd end;
  end.kind = kind;
  end.effect = [notes, note](Transaction&) { notes->add(note); };
  return end;
}

Task<JobEnd> end_at_once(Notes* notes, JobContext* context) {
  co_return noting(notes, "done " + context->job().id);
}

Task<JobEnd> fail(Notes* notes, JobContext* context) {
  notes->add("failing " + context->job().id);
  throw std::runtime_error("it broke");
  co_return JobEnd{};
}

/// Saves one checkpoint, then waits for whatever interrupts it; ends when there is a checkpoint.
Task<JobEnd> in_two_steps(Notes* notes, JobContext* context) {
  const std::string id = context->job().id;
  if (context->cancelled()) co_return noting(notes, "cancelled " + id);
  if (!context->job().checkpoint.empty()) {
    co_return noting(notes, "resumed " + id + " from " + context->job().checkpoint);
  }
  co_await context->save_checkpoint("half");
  notes->add("half " + id);
  co_await context->interruption();
  if (context->cancelled()) co_return noting(notes, "cancelled " + id);
  if (context->stopping()) co_return noting(notes, "saved " + id, JobEnd::Kind::kAgain);
  notes->add("lost " + id);
  co_await context->save_checkpoint("must not be written");
  co_return noting(notes, "done " + id);
}

class JobRunnerTest : public storage::Contract {
 protected:
  /// Its threads tell the loops what they have done: they end first.
  void TearDown() override { store_.reset(); }
  std::unique_ptr<JobRunner> runner(const std::string& server, storage::Store& store,
                                    JobRunnerOptions options = {}) {
    options.server = server;
    const std::vector<Executor> loops{pool_.executor(0), pool_.executor(1)};
    auto out = std::make_unique<JobRunner>(store, clock_, options, loops);
    out->add({"end", [this](JobContext& c) { return end_at_once(&notes_, &c); }, {}});
    out->add({"steps", [this](JobContext& c) { return in_two_steps(&notes_, &c); }, {}});
    JobKind failing{"fail", [this](JobContext& c) { return fail(&notes_, &c); }, {}};
    failing.give_up = [this](Transaction&, const Job& job, const std::string& error) {
      notes_.add("gave up " + job.id + ": " + error);
    };
    out->add(std::move(failing));
    out->start_blocking();
    return out;
  }
  std::unique_ptr<JobRunner> runner(const std::string& server = "a") {
    return runner(server, *store_);
  }
  void add(const std::string& id, const std::string& kind, std::int64_t attempts_max = 5) {
    NewJob job;
    job.id = id;
    job.kind = kind;
    job.account_id = "1";
    job.attempts_max = attempts_max;
    store_->write_blocking(
        [&](Transaction& transaction) { enqueue(transaction, job, clock_.now_ms); });
  }
  /// As a server that has died since.
  void lease_as(const std::string& server, const std::string& kind) {
    const auto job = store_->write_blocking([&](Transaction& transaction) {
      return lease_next(transaction, {server, {kind}, {}, clock_.now_ms, clock_.now_ms + 30'000});
    });
    ASSERT_TRUE(job);
  }
  void cancel_in_store(const std::string& id) {
    store_->write_blocking(
        [&](Transaction& transaction) { request_cancel(transaction, id, clock_.now_ms); });
  }
  std::optional<Job> row(const std::string& id) {
    return store_->read_blocking(
        [&](Transaction& transaction) { return find_job(transaction, id); });
  }

  SetClock clock_;
  Notes notes_;
  IoPool pool_{2};
};
INSTANTIATE_TEST_SUITE_P(Every, JobRunnerTest,
                         testing::Values(storage::StoreOptions::Kind::kSqlite,
                                         storage::StoreOptions::Kind::kPostgres),
                         storage::kind_name);

TEST_P(JobRunnerTest, RunsWhatThereIsAndWhatComes) {
  add("before", "end");
  const auto running = runner();
  EXPECT_TRUE(notes_.wait_for("done before"));
  add("after", "end");
  running->notify();
  EXPECT_TRUE(notes_.wait_for("done after"));
  running->stop_blocking(kWaitMax);
  EXPECT_FALSE(row("before"));
  EXPECT_FALSE(row("after"));
}

TEST_P(JobRunnerTest, AFailureIsTriedAgainAfterGrowingPausesAndGivenUp) {
  add("bad", "fail", 3);
  const auto running = runner();
  ASSERT_TRUE(notes_.wait_for("failing bad", 1));
  // Whether its release is written already shows in the row.
  const auto wait_until_released = [&] {
    while (row("bad")->holder != "") std::this_thread::yield();
  };
  wait_until_released();
  EXPECT_EQ(row("bad")->ready_ms, clock_.now_ms + 1'000);
  EXPECT_EQ(row("bad")->last_error, "it broke");
  clock_.now_ms += 1'000;
  running->notify();
  ASSERT_TRUE(notes_.wait_for("failing bad", 2));
  wait_until_released();
  EXPECT_EQ(row("bad")->ready_ms, clock_.now_ms + 2'000);
  clock_.now_ms += 2'000;
  running->notify();
  EXPECT_TRUE(notes_.wait_for("gave up bad: it broke"));
  running->stop_blocking(kWaitMax);
  EXPECT_FALSE(row("bad"));
}

TEST_P(JobRunnerTest, AJobThatKillsItsServerEachTimeIsGivenUp) {
  add("poison", "fail", 2);
  for (int death = 0; death < 2; ++death) {
    lease_as("a", "fail");
    store_->write_blocking(
        [&](Transaction& transaction) { release_all_of(transaction, "a", clock_.now_ms); });
  }
  const auto running = runner("a");
  EXPECT_TRUE(notes_.wait_for("gave up poison: every attempt ended without a result"));
  running->stop_blocking(kWaitMax);
}

TEST_P(JobRunnerTest, AStopSavesAndTheNextLifeGoesOn) {
  add("job", "steps");
  {
    const auto first = runner("a");
    ASSERT_TRUE(notes_.wait_for("half job"));
    first->stop_blocking(kWaitMax);
  }
  EXPECT_EQ(notes_.all(), (std::vector<std::string>{"half job", "saved job"}));
  EXPECT_EQ(row("job")->holder, "");
  EXPECT_EQ(row("job")->attempts, 0);
  const auto second = runner("b");
  EXPECT_TRUE(notes_.wait_for("resumed job from half"));
  second->stop_blocking(kWaitMax);
}

TEST_P(JobRunnerTest, WhatItHeldBeforeItsDeathIsRunAtOnce) {
  add("job", "end");
  lease_as("a", "end");
  const auto running = runner("a");
  EXPECT_TRUE(notes_.wait_for("done job"));
  running->stop_blocking(kWaitMax);
}

TEST_P(JobRunnerTest, WhatAnotherServerHeldIsRunWhenItsLeaseEnds) {
  add("job", "end");
  lease_as("dead", "end");
  const auto running = runner("a");
  add("probe", "end");
  running->notify();
  ASSERT_TRUE(notes_.wait_for("done probe"));
  EXPECT_EQ(row("job")->holder, "dead");
  clock_.now_ms += 30'000;
  running->notify();
  EXPECT_TRUE(notes_.wait_for("done job"));
  running->stop_blocking(kWaitMax);
}

TEST_P(JobRunnerTest, WhoLostALeaseWritesNothingMore) {
  JobRunnerOptions options;
  options.heartbeat = milliseconds(5);
  add("job", "steps");
  const auto slow = runner("slow", *store_, options);
  ASSERT_TRUE(notes_.wait_for("half job"));
  // Another server finds the lease ended, as after a long pause of the first one.
  const auto taken = store_->write_blocking([&](Transaction& transaction) {
    const std::int64_t later = clock_.now_ms + 3'600'000;
    return lease_next(transaction, {"other", {"steps"}, {}, later, later + 30'000});
  });
  ASSERT_TRUE(taken);
  EXPECT_TRUE(notes_.wait_for("lost job"));
  slow->stop_blocking(kWaitMax);
  EXPECT_EQ(row("job")->holder, "other");
  EXPECT_EQ(row("job")->checkpoint, "half");
  EXPECT_EQ(notes_.all(), (std::vector<std::string>{"half job", "lost job"}));
}

TEST_P(JobRunnerTest, AHeartbeatKeepsTheLease) {
  JobRunnerOptions options;
  options.heartbeat = milliseconds(5);
  add("job", "steps");
  const auto running = runner("a", *store_, options);
  ASSERT_TRUE(notes_.wait_for("half job"));
  clock_.now_ms += 29'000;
  while (row("job")->ready_ms < clock_.now_ms + 30'000) std::this_thread::yield();
  running->stop_blocking(kWaitMax);
}

TEST_P(JobRunnerTest, CancelsWhatRunsHere) {
  add("job", "steps");
  const auto running = runner();
  ASSERT_TRUE(notes_.wait_for("half job"));
  cancel_in_store("job");
  running->cancel("job");
  EXPECT_TRUE(notes_.wait_for("cancelled job"));
  running->stop_blocking(kWaitMax);
  EXPECT_FALSE(row("job"));
}

TEST_P(JobRunnerTest, CancelsWhatRunsOnAnotherServer) {
  JobRunnerOptions options;
  options.heartbeat = milliseconds(5);
  add("job", "steps");
  const auto running = runner("a", *store_, options);
  ASSERT_TRUE(notes_.wait_for("half job"));
  cancel_in_store("job");  // by another server, which cannot tell this one
  EXPECT_TRUE(notes_.wait_for("cancelled job"));
  running->stop_blocking(kWaitMax);
}

TEST_P(JobRunnerTest, CancelsWhatWaits) {
  add("job", "steps");
  cancel_in_store("job");
  const auto running = runner();
  EXPECT_TRUE(notes_.wait_for("cancelled job"));
  running->stop_blocking(kWaitMax);
}

TEST_P(JobRunnerTest, RunsNoMoreAtOnceThanItMay) {
  JobRunnerOptions options;
  options.jobs_max = 2;
  for (const char* id : {"1st", "2nd", "3rd"}) add(id, "steps");  // of one age: by their ids
  const auto running = runner("a", *store_, options);
  ASSERT_TRUE(notes_.wait_for_all(2));
  EXPECT_EQ(row("3rd")->holder, "") << "it waits for a place";
  running->cancel("1st");
  EXPECT_TRUE(notes_.wait_for("half 3rd"));
  running->stop_blocking(kWaitMax);
}

TEST_P(JobRunnerTest, TwoServersShareTheWork) {
  const auto other_store = database_->open();
  std::set<std::string> expected;
  for (int i = 0; i < 40; ++i) {
    add(std::to_string(i), "end");
    expected.insert("done " + std::to_string(i));
  }
  const auto first = runner("a");
  const auto second = runner("b", *other_store);
  ASSERT_TRUE(notes_.wait_for_all(40));
  first->stop_blocking(kWaitMax);
  second->stop_blocking(kWaitMax);
  const auto all = notes_.all();
  EXPECT_EQ(all.size(), 40u) << "each once";
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()), expected);
}

}  // namespace
}  // namespace bedplate::jobs
