// Jobs as rows: order, fairness, leases, fences, cancellation. On each kind of database.
#include "jobs/job_rows.hpp"

#include "storage/contract_for_test.hpp"

namespace bedplate::jobs {
namespace {

using storage::Transaction;
using testing::ElementsAre;

constexpr std::int64_t kLeaseMs = 30'000;

class JobRowsTest : public storage::Contract {
 protected:
  template <class Work>
  auto write(Work work) {
    return store_->write_blocking(work);
  }
  void add(const std::string& id, const std::string& account = "1", std::int64_t priority = 0) {
    NewJob job;
    job.id = id;
    job.kind = "work";
    job.account_id = account;
    job.priority = priority;
    job.document = R"({"of":")" + id + R"("})";
    write([&](Transaction& transaction) { enqueue(transaction, job, ++created_ms_); });
  }
  LeaseRequest request(const std::string& server, std::int64_t now_ms) const {
    return {server, {"work"}, {}, now_ms, now_ms + kLeaseMs};
  }
  std::optional<Job> lease(const std::string& server = "a", std::int64_t now_ms = 1'000) {
    return write(
        [&](Transaction& transaction) { return lease_next(transaction, request(server, now_ms)); });
  }
  /// Ids in the order in which they are given out.
  std::vector<std::string> order() {
    std::vector<std::string> ids;
    while (const auto job = lease()) ids.push_back(job->id);
    return ids;
  }
  Job row(const std::string& id) {
    return write([&](Transaction& transaction) { return find_job(transaction, id).value(); });
  }

  std::int64_t created_ms_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Every, JobRowsTest,
                         testing::Values(storage::StoreOptions::Kind::kSqlite,
                                         storage::StoreOptions::Kind::kPostgres),
                         storage::kind_name);

TEST_P(JobRowsTest, ALeaseSaysAllThatWasWritten) {
  add("one");
  const auto job = lease("a", 1'000);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->id, "one");
  EXPECT_EQ(job->kind, "work");
  EXPECT_EQ(job->document, R"({"of":"one"})");
  EXPECT_EQ(job->checkpoint, "");
  EXPECT_EQ(job->holder, "a");
  EXPECT_EQ(job->lease, 1);
  EXPECT_EQ(job->attempts, 1);
  EXPECT_EQ(job->ready_ms, 1'000 + kLeaseMs);
  EXPECT_FALSE(job->cancel_requested);
  EXPECT_FALSE(lease("b")) << "somebody has it";
  EXPECT_THROW(add("one"), storage::AlreadyExists);
}

TEST_P(JobRowsTest, EnqueuedInATransactionThatFailsThereIsNone) {
  const auto work = [&](Transaction& transaction) {
    NewJob job;
    job.id = "one";
    job.kind = "work";
    enqueue(transaction, job, 1);
    throw std::runtime_error("the resource was refused");
  };
  EXPECT_THROW(write(work), std::runtime_error);
  EXPECT_FALSE(lease());
}

TEST_P(JobRowsTest, PriorityComesBeforeAge) {
  add("old");
  add("urgent", "1", 5);
  add("new");
  EXPECT_THAT(order(), ElementsAre("urgent", "old", "new"));
}

TEST_P(JobRowsTest, AccountsTakeTurns) {
  for (const char* id : {"a1", "a2", "a3", "a4"}) add(id, "A");
  for (const char* id : {"b1", "b2"}) add(id, "B");
  EXPECT_THAT(order(), ElementsAre("a1", "b1", "a2", "b2", "a3", "a4"));
  add("a5", "A");
  add("b3", "B");
  EXPECT_THAT(order(), ElementsAre("b3", "a5")) << "A was served last";
}

TEST_P(JobRowsTest, OnlyKindsThatTheServerKnows) {
  add("one");
  auto other = request("a", 1'000);
  other.kinds = {"another"};
  write([&](Transaction& transaction) {
    EXPECT_FALSE(lease_next(transaction, other));
    EXPECT_FALSE(next_ready_ms(transaction, other));
    other.kinds = {"another", "work"};
    other.except = {"one"};
    EXPECT_FALSE(lease_next(transaction, other)) << "it runs it already";
    other.except.clear();
    EXPECT_EQ(next_ready_ms(transaction, other), 0);
    EXPECT_TRUE(lease_next(transaction, other));
  });
}

TEST_P(JobRowsTest, ALeaseThatEndsIsTakenOverAndTheFirstHolderIsFencedOff) {
  add("one");
  const auto first = lease("a", 1'000);
  EXPECT_FALSE(lease("b", 1'000 + kLeaseMs - 1));
  const auto second = lease("b", 1'000 + kLeaseMs);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->lease, 2);
  EXPECT_EQ(second->attempts, 2);
  const LeaseId stale{"one", first->lease};
  EXPECT_THROW(write([&](Transaction& t) { save_checkpoint(t, stale, "late"); }), LeaseLost);
  EXPECT_THROW(write([&](Transaction& t) { release(t, stale, {}); }), LeaseLost);
  EXPECT_THROW(write([&](Transaction& t) { finish(t, stale); }), LeaseLost);
  const auto renewals = write([&](Transaction& transaction) {
    return renew(transaction, {stale, {"one", second->lease}, {"gone", 1}}, 99'000);
  });
  ASSERT_EQ(renewals.size(), 3u);
  EXPECT_FALSE(renewals[0].held);
  EXPECT_TRUE(renewals[1].held);
  EXPECT_FALSE(renewals[2].held);
  EXPECT_EQ(row("one").ready_ms, 99'000);
  EXPECT_EQ(row("one").checkpoint, "");
}

TEST_P(JobRowsTest, ACheckpointAndItsPartsAreOneWrite) {
  add("one");
  const LeaseId mine{"one", lease()->lease};
  write([&](Transaction& transaction) {
    save_checkpoint(transaction, mine, "half");
    EXPECT_EQ(append_part(transaction, "one", 0, "a\n"), 1);
    EXPECT_EQ(append_part(transaction, "one", 0, "b\n"), 2);
    EXPECT_EQ(append_part(transaction, "one", 7, "other"), 1);
  });
  const auto broken = [&](Transaction& transaction) {
    append_part(transaction, "one", 0, "lost\n");
    save_checkpoint(transaction, {"one", 99}, "lost");
  };
  EXPECT_THROW(write(broken), LeaseLost);
  EXPECT_EQ(row("one").checkpoint, "half");
  EXPECT_EQ(row("one").attempts, 0) << "it got somewhere";
  write([&](Transaction& transaction) {
    const auto parts = read_parts(transaction, "one", 0, 0, 10);
    ASSERT_EQ(parts.size(), 2u);
    EXPECT_EQ(parts[0].content + parts[1].content, "a\nb\n");
    const auto rest = read_parts(transaction, "one", 0, 1, 10);
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest[0].number, 2);
    finish(transaction, mine);
    EXPECT_TRUE(read_parts(transaction, "one", 0, 0, 10).empty());
    EXPECT_FALSE(find_job(transaction, "one"));
  });
}

TEST_P(JobRowsTest, WhatIsReleasedIsReadyWhenItSays) {
  add("one");
  const auto first = lease("a", 1'000);
  write([&](Transaction& transaction) {
    release(transaction, {"one", first->lease}, {5'000, /*failed=*/true, "it broke"});
  });
  EXPECT_FALSE(lease("b", 4'999));
  const auto second = lease("b", 5'000);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->attempts, 2);
  EXPECT_EQ(second->last_error, "it broke");
  write([&](Transaction& transaction) {
    release(transaction, {"one", second->lease}, {5'000, /*failed=*/false, ""});
  });
  EXPECT_EQ(lease("b", 5'000)->attempts, 2) << "that one did not count";
}

TEST_P(JobRowsTest, AServersEarlierLifeIsReleasedAtOnceAndNobodyElses) {
  add("one");
  add("two");
  ASSERT_TRUE(lease("a"));
  ASSERT_TRUE(lease("b"));
  const auto released =
      write([&](Transaction& transaction) { return release_all_of(transaction, "a", 1'000); });
  EXPECT_EQ(released, 1);
  EXPECT_EQ(row("one").holder, "");
  EXPECT_EQ(row("two").holder, "b");
  EXPECT_THAT(order(), ElementsAre("one"));
}

TEST_P(JobRowsTest, OnlyWhatWaitsCanBeRemoved) {
  add("one");
  const auto remove = [&] {
    return write([&](Transaction& transaction) { return remove_waiting(transaction, "one"); });
  };
  const auto job = lease();
  write([&](Transaction& transaction) { append_part(transaction, "one", 0, "part"); });
  EXPECT_FALSE(remove());
  write([&](Transaction& transaction) { release(transaction, {"one", job->lease}, {}); });
  EXPECT_TRUE(remove());
  EXPECT_FALSE(remove());
  write([&](Transaction& transaction) {
    EXPECT_TRUE(read_parts(transaction, "one", 0, 0, 10).empty());
  });
}

TEST_P(JobRowsTest, CancellationReachesAJobInEveryState) {
  add("waiting");
  add("running");
  write([&](Transaction& transaction) {
    EXPECT_FALSE(request_cancel(transaction, "unknown", 1'000));
    const Job first = lease_next(transaction, request("a", 1'000)).value();
    ASSERT_EQ(first.id, "waiting");
    // Waits for a long time now, as after a failure.
    release(transaction, {first.id, first.lease}, {900'000, true, "x"});
    const Job second = lease_next(transaction, request("a", 1'000)).value();
    EXPECT_TRUE(request_cancel(transaction, "waiting", 1'500));
    EXPECT_TRUE(request_cancel(transaction, "running", 1'500));
    EXPECT_EQ(find_job(transaction, "running")->ready_ms, 1'000 + kLeaseMs) << "still held";
    const auto renewals = renew(transaction, {{"running", second.lease}}, 50'000);
    EXPECT_TRUE(renewals.at(0).held);
    EXPECT_TRUE(renewals.at(0).cancel_requested);
    const auto again = lease_next(transaction, request("a", 1'500));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->id, "waiting");
    EXPECT_TRUE(again->cancel_requested);
  });
}

}  // namespace
}  // namespace bedplate::jobs
