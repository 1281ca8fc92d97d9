#include "observe/audit_trail.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <optional>
#include <thread>

#include "observe/audit_log_for_test.hpp"
#include "observe/audit_verification.hpp"

namespace bedplate::observe {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

const AuditOrigin kOrigin{"123456789012", "us-east-1"};

class AuditTrailTest : public testing::Test {
 protected:
  AuditOptions options() {
    AuditOptions options;
    options.log.directory = directory_.path() / "audit";
    return options;
  }
  std::vector<std::string> events() {
    std::vector<std::string> events;
    each_audit_event_blocking(options().log.directory, [&](std::string_view event) {
      events.emplace_back(event);
      return true;
    });
    return events;
  }
  std::optional<AuditFinding> finding() {
    return verify_audit_log_blocking(options().log.directory, kTestKey).finding;
  }
  /// Makes the log's directory one in which no file can be begun, or lets it be one again.
  void block() {
    fs::rename(options().log.directory, directory_.path() / "away");
    write_file(options().log.directory, "");
  }
  void unblock() {
    fs::remove(options().log.directory);
    fs::rename(directory_.path() / "away", options().log.directory);
  }

  TestDirectory directory_;
  MachineClock clock_;
};

TEST_F(AuditTrailTest, EventsOfManyThreadsAreAllWritten) {
  constexpr int kThreads = 4, kEvents = 500;
  {
    AuditTrail trail(options(), kTestKey, kOrigin, clock_);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&trail, thread] {
        for (const auto& event : some_events(kEvents, thread * kEvents)) trail.record(event);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  auto found = events();
  std::sort(found.begin(), found.end());
  auto expected = some_events(kThreads * kEvents);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(found, expected);
  EXPECT_FALSE(finding());
}

TEST_F(AuditTrailTest, WithSyncTheEventIsInTheLogWhenTheWaitEnds) {
  auto synced = options();
  synced.sync = true;
  AuditTrail trail(synced, kTestKey, kOrigin, clock_);
  boost::asio::io_context context;
  std::size_t found = 0;
  const auto record = [&]() -> Task<> {
    for (int i = 1; i <= 3; ++i) {
      const std::uint64_t ticket = trail.record("{}");
      co_await trail.until_written(ticket);
      found += events().size();
    }
  };
  std::exception_ptr failure;
  boost::asio::co_spawn(context.get_executor(), record(),
                        [&failure](std::exception_ptr problem) { failure = problem; });
  context.run();
  EXPECT_FALSE(failure);
  EXPECT_EQ(found, 1u + 2u + 3u);
}

TEST_F(AuditTrailTest, BeyondTheQueueEventsAreCountedAndTheLogSaysSo) {
  auto narrow = options();
  narrow.queue_max = 2;
  narrow.log.file_bytes_max = 1;  // a file for each line
  narrow.sync_interval = std::chrono::milliseconds(5);
  std::uint64_t lost = 0;
  {
    AuditTrail trail(narrow, kTestKey, kOrigin, clock_);
    trail.record("{}");
    while (events().empty()) std::this_thread::yield();
    block();
    // The thread holds two at most, the queue two more.
    for (int i = 0; i < 10; ++i) trail.record("{}");
    lost = trail.lost();
    unblock();
  }
  EXPECT_GE(lost, 6u);
  const auto found = events();
  EXPECT_THAT(found, testing::Contains(HasSubstr("AuditEventsLost")));
  EXPECT_THAT(found, testing::Contains(HasSubstr(fmt::format(R"({{"count":{}}})", lost))));
  EXPECT_FALSE(finding());
}

TEST_F(AuditTrailTest, RefusesOnlyWhenAskedToAndUntilTheLogIsWrittenAgain) {
  for (const bool refuse : {false, true}) {
    auto blocked = options();
    blocked.refuse_on_failure = refuse;
    blocked.log.file_bytes_max = 1;
    blocked.queue_max = 1;
    blocked.sync_interval = std::chrono::milliseconds(5);
    AuditTrail trail(blocked, kTestKey, kOrigin, clock_);
    EXPECT_FALSE(trail.refuses());
    const std::size_t before = events().size();
    trail.record("{}");
    while (events().size() == before) std::this_thread::yield();
    block();
    while (trail.lost() == 0) trail.record("{}");
    EXPECT_EQ(trail.refuses(), refuse);
    unblock();
    while (trail.refuses()) std::this_thread::yield();
  }
}

TEST_F(AuditTrailTest, WhatAStartFoundIsAnEvent) {
  { AuditTrail(options(), kTestKey, kOrigin, clock_).record("{}"); }
  const fs::path path = list_audit_files_blocking(options().log.directory).at(0).path;
  write_file(path, text_of_file(path) + "half");
  { AuditTrail(options(), kTestKey, kOrigin, clock_); }
  const auto found = events();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_THAT(found[1], HasSubstr(R"("eventName":"AuditLogTornLine")"));
  EXPECT_THAT(found[1], HasSubstr(R"("serviceEventDetails":{"bytes":4,)"));
  EXPECT_FALSE(finding());
}

}  // namespace
}  // namespace bedplate::observe
