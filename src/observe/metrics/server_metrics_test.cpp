#include "observe/metrics/server_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "observe/metrics/history_for_test.hpp"

namespace bedplate::observe {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class ServerMetricsTest : public StoreTest {
 protected:
  ServerMetricsTest() {
    principal_.account_id = "111122223333";
    principal_.region = "us-east-1";
    principal_.arn = "arn:aws:iam::111122223333:user/ann";
  }

  ModelUse use() {
    ModelUse use;
    use.model_id = use.called_as = "m";
    use.input_tokens = 100;
    use.output_tokens = 21;
    use.prices.input_per_1k_tokens = 0.01;
    return use;
  }

  void call(ServerMetrics& metrics, int status, const ModelUse& use) {
    const auto ended = SteadyClock::now();
    metrics.request_ended({"bedrock-runtime", "Converse", status, ended - 300ms, ended}, principal_,
                          use);
  }

  std::map<std::string, Statistics> history(ServerMetrics& metrics) {
    return store().read_blocking([&](storage::Transaction& transaction) {
      std::map<std::string, Statistics> found;
      const std::int64_t now = minute_of(clock_.time);
      metrics.history()->read(
          transaction, principal_.account_id, principal_.region, now, now + 1,
          [&](std::string_view, std::int64_t, BedrockMetric metric, const Statistics& statistics) {
            found[std::string(name_of(metric))].merge(statistics);
          });
      return found;
    });
  }

  static std::string scrape(const ServerMetrics& metrics) {
    return metrics.scrape_blocking(Exposition::Format::kPrometheus);
  }

  identity::Principal principal_;
};

TEST_F(ServerMetricsTest, ASuccessfulCall) {
  ServerMetrics metrics(store(), clock_, {});
  ModelUse streamed = use();
  streamed.streams = true;
  streamed.first_token = SteadyClock::now() - 200ms;
  streamed.cache_read_tokens = 7;
  call(metrics, 200, streamed);
  const auto found = history(metrics);
  EXPECT_EQ(found.at("Invocations").sum(), 1);
  EXPECT_NEAR(found.at("InvocationLatency").sum(), 300, 1);
  EXPECT_NEAR(found.at("TimeToFirstToken").sum(), 100, 20);
  EXPECT_EQ(found.at("InputTokenCount").sum(), 100);
  EXPECT_EQ(found.at("OutputTokenCount").sum(), 21);
  EXPECT_EQ(found.at("CacheReadInputTokens").sum(), 7);
  EXPECT_EQ(found.at("EstimatedTPMQuotaUsage").sum(), 121);
  EXPECT_EQ(found.size(), 7u);
  const std::string text = scrape(metrics);
  EXPECT_THAT(text, HasSubstr("bedplate_requests_total{service=\"bedrock-runtime\","
                              "operation=\"Converse\",status=\"200\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("bedplate_model_invocations_total{account=\"111122223333\","
                              "region=\"us-east-1\",model=\"m\",outcome=\"success\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("model=\"m\",kind=\"cache_read\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("bedplate_model_spend_usd_total{account=\"111122223333\","
                              "region=\"us-east-1\",model=\"m\"} 0.00"));
}

TEST_F(ServerMetricsTest, TimeToFirstTokenIsForStreamsOnly) {
  ServerMetrics metrics(store(), clock_, {});
  ModelUse whole = use();
  whole.first_token = SteadyClock::now();
  call(metrics, 200, whole);
  EXPECT_FALSE(history(metrics).contains("TimeToFirstToken"));
}

TEST_F(ServerMetricsTest, FailuresAreNoInvocations) {
  ServerMetrics metrics(store(), clock_, {});
  for (const int status : {400, 403, 404, 429, 408, 424, 500, 503}) call(metrics, status, use());
  const auto found = history(metrics);
  EXPECT_EQ(found.at("InvocationClientErrors").sum(), 3);
  EXPECT_EQ(found.at("InvocationThrottles").sum(), 1);
  EXPECT_EQ(found.at("InvocationServerErrors").sum(), 4);
  EXPECT_EQ(found.size(), 3u);
  EXPECT_THAT(scrape(metrics), Not(HasSubstr("bedplate_model_tokens_total{")));
}

TEST_F(ServerMetricsTest, WhoHangsUpPaysForWhatWasMade) {
  ServerMetrics metrics(store(), clock_, {});
  call(metrics, kClientGone, use());
  EXPECT_TRUE(history(metrics).empty());
  EXPECT_THAT(scrape(metrics), HasSubstr("outcome=\"client_gone\"} 1\n"));
  metrics.flush_blocking();
  ASSERT_EQ(read_usage_blocking(store(), "0", "9").size(), 1u);
}

TEST_F(ServerMetricsTest, OtherRequestsAreOnlyCounted) {
  ServerMetrics metrics(store(), clock_, {});
  call(metrics, 200, ModelUse{});
  ModelUse counting = use();
  counting.invokes = false;
  call(metrics, 200, counting);
  EXPECT_TRUE(history(metrics).empty());
  EXPECT_THAT(scrape(metrics), HasSubstr("status=\"200\"} 2\n"));
}

TEST_F(ServerMetricsTest, StoreSourcesAndProcessAreThere) {
  ServerMetrics metrics(store(), clock_, {});
  metrics.add_source(
      [](MetricWriter& out) { out.single("gauge", "bedplate_something", "Some thing.", 4); });
  store().read_blocking([](storage::Transaction& transaction) { transaction.generation("x"); });
  const std::string text = scrape(metrics);
  EXPECT_THAT(text, HasSubstr("bedplate_something 4\n"));
  EXPECT_THAT(text, HasSubstr("bedplate_store_transaction_duration_seconds_count{kind=\"read\"} "));
  EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes "));
  EXPECT_THAT(text, HasSubstr("process_cpu_seconds_total "));
}

TEST_F(ServerMetricsTest, TheEndWritesWhatIsNew) {
  {
    ServerMetrics metrics(store(), clock_, {});
    call(metrics, 200, use());
  }
  reopen();  // the store goes on without its observer
  ServerMetrics metrics(store(), clock_, {});
  EXPECT_EQ(history(metrics).at("Invocations").sum(), 1);
  EXPECT_EQ(read_usage_blocking(store(), "0", "9").size(), 1u);
}

// The bound is 2 microseconds; a loaded machine, or a sanitizer, may take many times as long.
TEST_F(ServerMetricsTest, CountingARequestIsCheap) {
  ServerMetrics metrics(store(), clock_, {});
  ModelUse streamed = use();
  streamed.streams = true;
  streamed.first_token = SteadyClock::now();
  constexpr int kTimes = 20'000;
  const auto ended = SteadyClock::now();
  for (int i = 0; i < kTimes / 10; ++i) call(metrics, 200, streamed);
  const auto begun = SteadyClock::now();
  for (int i = 0; i < kTimes; ++i) {
    metrics.request_ended(
        {"bedrock-runtime", "ConverseStream", 200, ended - std::chrono::microseconds(i), ended},
        principal_, streamed);
  }
  const std::chrono::duration<double, std::micro> took = SteadyClock::now() - begun;
  std::printf("counting a request: %.2f us\n", took.count() / kTimes);
  EXPECT_LT(took.count() / kTimes, 50);
}

}  // namespace
}  // namespace bedplate::observe
