#include "inference/engines/endpoint_pool.hpp"

#include <gtest/gtest.h>

namespace bedplate::inference {
namespace {

using namespace std::chrono_literals;

class EndpointPoolTest : public testing::Test {
 protected:
  static std::vector<wire::Endpoint> endpoints(int count) {
    std::vector<wire::Endpoint> result(static_cast<std::size_t>(count));
    return result;
  }
  std::optional<std::size_t> choose_and_keep(EndpointPool& pool,
                                             const std::vector<std::size_t>& tried = {}) {
    auto place = pool.choose(now, tried);
    if (!place) return std::nullopt;
    places.push_back(std::make_unique<EndpointPool::Place>(std::move(*place)));
    return places.back()->index();
  }
  EndpointPool::Limits limits{.concurrency_max = 3};
  EndpointPool::Time now{1h};
  EndpointPool three{endpoints(3), limits};
  std::vector<std::unique_ptr<EndpointPool::Place>>
      places;  // after the pools: given back before they end
};

TEST_F(EndpointPoolTest, SpreadsEqualLoadEvenly) {
  std::vector<int> count(3);
  for (int i = 0; i < 9; ++i) ++count[*choose_and_keep(three)];
  EXPECT_EQ(count, (std::vector<int>{3, 3, 3}));
  EXPECT_EQ(three.status().busy, 9U);
}

TEST_F(EndpointPoolTest, TakesTurnsWhenIdle) {
  std::set<std::size_t> seen;
  for (int i = 0; i < 3; ++i) seen.insert(three.choose(now, {})->index());
  EXPECT_EQ(seen.size(), 3U);
}

TEST_F(EndpointPoolTest, PrefersTheLeastLoaded) {
  for (int i = 0; i < 6; ++i) choose_and_keep(three);
  const std::size_t freed = places[2]->index();
  places.erase(places.begin() + 2);
  EXPECT_EQ(choose_and_keep(three), freed);
}

TEST_F(EndpointPoolTest, ExceedsNoServersLimit) {
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(choose_and_keep(three));
  EXPECT_FALSE(choose_and_keep(three));
  places.pop_back();
  EXPECT_TRUE(choose_and_keep(three));
}

TEST_F(EndpointPoolTest, DoesNotChooseWhatWasTried) {
  EXPECT_EQ(choose_and_keep(three, {0, 2}), 1U);
  EXPECT_FALSE(choose_and_keep(three, {0, 1, 2}));
}

TEST_F(EndpointPoolTest, LeavesAFailedServerAloneWithGrowingPauses) {
  EndpointPool one{endpoints(1), limits};
  auto pause = limits.pause_first;
  for (int i = 0; i < 20; ++i) {
    one.failed(0, now, "refused");
    EXPECT_EQ(one.status().reachable, 0U);
    EXPECT_EQ(one.status().trouble, "refused");
    EXPECT_FALSE(one.choose(now + pause - 1ms, {}));
    EXPECT_TRUE(one.choose(now + pause, {}));
    pause = std::min(pause * 2, limits.pause_max);
  }
  EXPECT_EQ(pause, limits.pause_max);
  one.succeeded(0);
  EXPECT_TRUE(one.choose(now, {}));
  EXPECT_EQ(one.status().trouble, "");
  one.failed(0, now, "refused");
  EXPECT_TRUE(one.choose(now + limits.pause_first, {})) << "a success starts over";
}

// A crowd of requests does not wait for a server that may still be down.
TEST_F(EndpointPoolTest, LetsOneRequestTryAFailedServer) {
  three.failed(1, now, "refused");
  now += limits.pause_first;
  int tries = 0;
  while (const auto index = choose_and_keep(three)) tries += *index == 1 ? 1 : 0;
  EXPECT_EQ(tries, 1);
}

TEST_F(EndpointPoolTest, ForgetsWhatAFailedServerWas) {
  EXPECT_FALSE(three.traits(0));
  three.learn(0, {.dialect = Dialect::kVllm});
  EXPECT_EQ(three.traits(0)->dialect, Dialect::kVllm);
  three.failed(0, now, "refused");
  EXPECT_FALSE(three.traits(0)) << "something else may come up in its place";
}

}  // namespace
}  // namespace bedplate::inference
