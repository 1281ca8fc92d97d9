#include "inference/engines/memory_budget.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "inference/engine.hpp"

namespace bedplate::inference {
namespace {

using namespace std::chrono_literals;
using Kind = EngineError::Kind;

class FakeTenant final : public MemoryTenant {
 public:
  explicit FakeTenant(int last_used_at) : last_used_at_(last_used_at) {}
  SteadyClock::time_point last_used() const override {
    return SteadyClock::time_point(std::chrono::seconds(last_used_at_));
  }
  bool try_unload() override {
    if (busy) return false;
    ++unloads;
    return true;
  }
  bool busy = false;
  int unloads = 0;

 private:
  int last_used_at_;
};

class MemoryBudgetTest : public testing::Test {
 protected:
  /// Nothing when the memory was reserved, else why not.
  std::optional<Kind> reserve(
      MemoryTenant& tenant, std::int64_t bytes, std::function<void()> meanwhile = [] {}) {
    std::optional<Kind> failure;
    bool done = false;
    boost::asio::co_spawn(context, budget.reserve(tenant, bytes, wait_max),
                          [&](const std::exception_ptr& problem) {
                            done = true;
                            try {
                              if (problem) std::rethrow_exception(problem);
                            } catch (const EngineError& error) {
                              failure = error.kind;
                            }
                          });
    context.restart();
    context.poll();
    if (!done) {
      meanwhile();
      context.restart();
      context.run();
    }
    return failure;
  }

  boost::asio::io_context context;
  MemoryBudget budget{100};
  std::chrono::milliseconds wait_max = 20s;
  FakeTenant oldest{1}, older{2}, newest{3};
};

TEST_F(MemoryBudgetTest, HandsOutWhatThereIs) {
  EXPECT_FALSE(reserve(oldest, 60));
  EXPECT_FALSE(reserve(older, 40));
  EXPECT_EQ(oldest.unloads + older.unloads, 0);
}

TEST_F(MemoryBudgetTest, RefusesMoreThanEverThereIs) {
  EXPECT_EQ(reserve(oldest, 101), Kind::kUnavailable);
}

TEST_F(MemoryBudgetTest, UnloadsTheLongestIdleAndWaitsForItsEnd) {
  EXPECT_FALSE(reserve(older, 50));
  EXPECT_FALSE(reserve(oldest, 50));
  EXPECT_FALSE(reserve(newest, 50, [&] { budget.release(oldest); }));
  EXPECT_EQ(oldest.unloads, 1);
  EXPECT_EQ(older.unloads, 0);
}

TEST_F(MemoryBudgetTest, PassesOverWhoIsInUse) {
  EXPECT_FALSE(reserve(oldest, 50));
  EXPECT_FALSE(reserve(older, 50));
  oldest.busy = true;
  EXPECT_FALSE(reserve(newest, 50, [&] { budget.release(older); }));
  EXPECT_EQ(older.unloads, 1);
}

TEST_F(MemoryBudgetTest, UnloadsAsManyAsItTakes) {
  EXPECT_FALSE(reserve(oldest, 50));
  EXPECT_FALSE(reserve(older, 50));
  EXPECT_FALSE(reserve(newest, 90, [&] {
    budget.release(oldest);
    budget.release(older);
  }));
}

TEST_F(MemoryBudgetTest, RefusesWhenEverybodyIsInUse) {
  EXPECT_FALSE(reserve(oldest, 60));
  oldest.busy = true;
  EXPECT_EQ(reserve(older, 50), Kind::kBusy);
  budget.release(oldest);
  EXPECT_FALSE(reserve(older, 50));
}

TEST_F(MemoryBudgetTest, DoesNotWaitForEver) {
  wait_max = 0ms;
  EXPECT_FALSE(reserve(oldest, 60));
  EXPECT_EQ(reserve(older, 50), Kind::kBusy);
}

TEST_F(MemoryBudgetTest, ReleasesOnce) {
  EXPECT_FALSE(reserve(oldest, 60));
  budget.release(oldest);
  budget.release(oldest);
  EXPECT_FALSE(reserve(older, 100));
}

}  // namespace
}  // namespace bedplate::inference
