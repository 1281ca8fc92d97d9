#include "observe/metrics/metric_history.hpp"

#include <gtest/gtest.h>

#include "observe/metrics/history_for_test.hpp"

namespace bedplate::observe {
namespace {

using Read = std::map<std::tuple<std::string, std::int64_t, BedrockMetric>, Statistics>;

constexpr const char* kAccount = "111122223333";
constexpr const char* kRegion = "us-east-1";

class MetricHistoryTest : public StoreTest {
 protected:
  void add(MetricHistory& history, const std::string& model, BedrockMetric metric, double value,
           const std::string& account = kAccount, const std::string& region = kRegion) {
    const MetricHistory::Value values[] = {{metric, value}};
    history.add({account, region, model}, values, clock_.time);
  }

  Read read(MetricHistory& history, std::int64_t from, std::int64_t to,
            const std::string& account = kAccount, const std::string& region = kRegion) {
    return store().read_blocking([&](storage::Transaction& transaction) {
      Read found;
      history.read(transaction, account, region, from, to,
                   [&](std::string_view model, std::int64_t minute, BedrockMetric metric,
                       const Statistics& statistics) {
                     found[{std::string(model), minute, metric}].merge(statistics);
                   });
      return found;
    });
  }
  Read read_all(MetricHistory& history) { return read(history, now() - 100'000, now() + 100'000); }
  std::int64_t now() const { return minute_of(clock_.time); }
};

TEST_F(MetricHistoryTest, MinutesBeginWithTheirFirstSecond) {
  EXPECT_EQ(minute_of(*parse_iso8601_s("1970-01-01T00:01:59Z")), 1);
  EXPECT_EQ(minute_of(*parse_iso8601_s("1970-01-01T00:02:00Z")), 2);
}

TEST_F(MetricHistoryTest, WhatIsNewCanBeRead) {
  MetricHistory history;
  add(history, "a", BedrockMetric::kInvocations, 1);
  add(history, "a", BedrockMetric::kInvocations, 1);
  add(history, "b", BedrockMetric::kInvocationLatency, 250);
  const Read found = read_all(history);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found.at({"a", now(), BedrockMetric::kInvocations}).sum(), 2);
  EXPECT_EQ(found.at({"b", now(), BedrockMetric::kInvocationLatency}).max(), 250);
}

TEST_F(MetricHistoryTest, OutlivesARestart) {
  {
    MetricHistory history;
    add(history, "a", BedrockMetric::kInputTokenCount, 10);
    clock_.time += std::chrono::minutes(1);
    add(history, "a", BedrockMetric::kInputTokenCount, 30);
    history.flush_blocking(store());
    EXPECT_EQ(read_all(history).size(), 2u);  // once, not from memory and the store both
  }
  reopen();
  MetricHistory history;
  add(history, "a", BedrockMetric::kInputTokenCount, 2);
  history.flush_blocking(store());
  add(history, "a", BedrockMetric::kInputTokenCount, 3);
  const Read found = read_all(history);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found.at({"a", now() - 1, BedrockMetric::kInputTokenCount}).sum(), 10);
  EXPECT_EQ(found.at({"a", now(), BedrockMetric::kInputTokenCount}).sum(), 35);
  EXPECT_EQ(found.at({"a", now(), BedrockMetric::kInputTokenCount}).count(), 3u);
}

TEST_F(MetricHistoryTest, TheStartIsIncludedAndTheEndIsNot) {
  MetricHistory history;
  for (int i = 0; i < 3; ++i) {
    add(history, "a", BedrockMetric::kInvocations, 1);
    clock_.time += std::chrono::minutes(1);
  }
  for (const bool stored : {false, true}) {
    if (stored) history.flush_blocking(store());
    const Read found = read(history, now() - 2, now() - 1);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(std::get<1>(found.begin()->first), now() - 2);
    EXPECT_TRUE(read(history, now() - 2, now() - 2).empty());
  }
}

TEST_F(MetricHistoryTest, HoursAndDaysAreNoBorders) {
  clock_.time = *parse_iso8601_s("2026-02-28T23:58:30Z");
  MetricHistory history;
  const std::int64_t first = now();
  for (int i = 0; i < 4; ++i) {
    add(history, "a", BedrockMetric::kInvocations, 1);
    clock_.time += std::chrono::minutes(1);
  }
  history.flush_blocking(store());
  EXPECT_EQ(read(history, first, first + 4).size(), 4u);
  EXPECT_EQ(read(history, first + 1, first + 3).size(), 2u);
}

TEST_F(MetricHistoryTest, AccountsAndRegionsAreApart) {
  MetricHistory history;
  add(history, "a", BedrockMetric::kInvocations, 1, "444455556666");
  add(history, "a", BedrockMetric::kInvocations, 1, kAccount, "eu-west-1");
  for (const bool stored : {false, true}) {
    if (stored) history.flush_blocking(store());
    EXPECT_TRUE(read_all(history).empty());
    EXPECT_EQ(read(history, now(), now() + 1, "444455556666").size(), 1u);
    EXPECT_EQ(read(history, now(), now() + 1, kAccount, "eu-west-1").size(), 1u);
  }
}

TEST_F(MetricHistoryTest, ListsWhatThereIs) {
  MetricHistory history;
  add(history, "a", BedrockMetric::kInvocations, 1);
  history.flush_blocking(store());
  clock_.time += std::chrono::hours(5);
  add(history, "b", BedrockMetric::kInvocationThrottles, 1);
  const auto listed = store().read_blocking([&](storage::Transaction& transaction) {
    return history.list(transaction, kAccount, kRegion);
  });
  const MetricHistory::Listed expected{{{"a", BedrockMetric::kInvocations}, now() - 300},
                                       {{"b", BedrockMetric::kInvocationThrottles}, now()}};
  EXPECT_EQ(listed, expected);
}

TEST_F(MetricHistoryTest, OldHoursAreErased) {
  MetricHistory history;
  add(history, "a", BedrockMetric::kInvocations, 1);
  const std::int64_t old = now();
  clock_.time += std::chrono::days(10);
  add(history, "a", BedrockMetric::kInvocations, 1);
  history.flush_blocking(store());
  history.purge_blocking(store(), clock_.time);
  EXPECT_EQ(read(history, old, now() + 1).size(), 2u);
  clock_.time += std::chrono::days(8);
  history.purge_blocking(store(), clock_.time);
  EXPECT_EQ(read(history, old, now() + 1).size(), 1u);
}

TEST_F(MetricHistoryTest, RowsThatCannotBeReadDoNoHarm) {
  MetricHistory history;
  add(history, "a", BedrockMetric::kInvocations, 1);
  history.flush_blocking(store());
  store().write_blocking([](storage::Transaction& transaction) {
    storage::ScanQuery query;
    query.kind = "metric-hour";
    for (storage::Resource& row : transaction.scan(query)) {
      row.document = R"({"a":{"x":1,"6":{"Invocations":"?","NoSuchMetric":[1,1,1,1,[]]}},"b":3})";
      transaction.update(row, row.version);
    }
  });
  EXPECT_TRUE(read_all(history).empty());
  add(history, "a", BedrockMetric::kInvocations, 1);
  history.flush_blocking(store());
  EXPECT_EQ(read_all(history).size(), 1u);
}

TEST_F(MetricHistoryTest, MemoryIsBounded) {
  MetricHistory history;
  for (int i = 0; i < 10'000; ++i) {
    add(history, std::to_string(i), BedrockMetric::kInvocations, 1);
  }
  EXPECT_GT(history.lost(), 5'000u);
  MetricHistory long_one;
  for (int i = 0; i < 100; ++i) {
    add(long_one, "a", BedrockMetric::kInvocations, 1);
    clock_.time += std::chrono::minutes(1);
  }
  EXPECT_EQ(long_one.lost(), 100 - MetricHistory::kMinutesMax);
}

}  // namespace
}  // namespace bedplate::observe
