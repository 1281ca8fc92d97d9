// Limits over time: what is let through, what is given back, what is remembered.
#include "operations/quotas/quota_ledger.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/api_error.hpp"

namespace bedplate::operations {
namespace {
using namespace std::chrono_literals;

constexpr std::string_view kRequests = "Too many requests, please wait before trying again.";
constexpr std::string_view kTokens = "Too many tokens, please wait before trying again.";
constexpr std::string_view kDay = "Too many tokens per day, please wait before trying again.";

class SetClock final : public Clock {
 public:
  Timestamp now() const override { return Timestamp(std::chrono::milliseconds(ms_.load())); }
  void pass(std::chrono::milliseconds time) { ms_ += time.count(); }

 private:
  std::atomic<std::int64_t> ms_ = std::chrono::milliseconds(20'000 * 24h + 23h + 58min).count();
};

QuotaRule rule_of(QuotaLimits limits) {
  return {{"*"}, {}, {}, limits};
}

QuotaLimits per_minute(std::optional<std::int64_t> requests, std::optional<std::int64_t> tokens) {
  return {requests, tokens, std::nullopt};
}

class QuotaLedgerTest : public testing::Test {
 protected:
  void use(std::vector<QuotaRule> rules) {
    held_.clear();  // before the ledger that they are of
    ledger_ =
        std::make_unique<QuotaLedger>(std::move(rules), Regions{"us-east-1", "us-west-2"}, clock_);
  }
  void use(QuotaLimits limits) { use(std::vector{rule_of(limits)}); }

  /// What a request is told; empty: it may.
  std::string ask(std::optional<TokenDemand> demand = std::nullopt) {
    try {
      held_.push_back(ledger_->reserve(subject_, demand, rate_));
      return "";
    } catch (const ApiError& refusal) {
      EXPECT_EQ(refusal.type, "ThrottlingException");
      EXPECT_EQ(refusal.http_status, 429);
      return refusal.what();
    }
  }
  int admitted(int asked) {
    int count = 0;
    for (int i = 0; i < asked; ++i) count += ask().empty() ? 1 : 0;
    return count;
  }
  QuotaReservation& last() { return held_.back(); }

  SetClock clock_;
  std::unique_ptr<QuotaLedger> ledger_;
  QuotaSubject subject_{"111122223333", "us-east-1", "meta.llama3-8b-instruct-v1:0", ""};
  int rate_ = 1;
  std::vector<QuotaReservation> held_;
};

TEST_F(QuotaLedgerTest, WithoutARuleNothingIsCounted) {
  use(std::vector<QuotaRule>{});
  EXPECT_EQ(admitted(1'000), 1'000);
  EXPECT_FALSE(last().held());
  EXPECT_EQ(ledger_->size(), 0u);
}

TEST_F(QuotaLedgerTest, AMinutesRequestsAndThenTheyComeBackEvenly) {
  use(per_minute(60, std::nullopt));
  EXPECT_EQ(admitted(100), 60);
  EXPECT_EQ(ask(), kRequests);
  clock_.pass(999ms);
  EXPECT_EQ(ask(), kRequests);
  clock_.pass(1ms);
  EXPECT_EQ(admitted(2), 1);
  clock_.pass(10s);
  EXPECT_EQ(admitted(100), 10);
  clock_.pass(1h);
  EXPECT_EQ(admitted(100), 60);
}

TEST_F(QuotaLedgerTest, RefusedRequestsCostNothing) {
  use(per_minute(60, 1'000));
  EXPECT_EQ(ask(TokenDemand{500, 400}), "");
  for (int i = 0; i < 200; ++i) EXPECT_EQ(ask(TokenDemand{100, 1}), kTokens);
  EXPECT_EQ(ask(TokenDemand{50, 50}), "");
}

TEST_F(QuotaLedgerTest, InputAndMaxTokensAreReservedAndTheRestIsGivenBack) {
  use(per_minute(std::nullopt, 1'000));
  EXPECT_EQ(ask(TokenDemand{300, 600}), "");
  EXPECT_EQ(ask(TokenDemand{0, 101}), kTokens);
  held_.front().engine_asked();
  held_.front().settle(310, 40);
  EXPECT_EQ(ask(TokenDemand{0, 651}), kTokens);
  EXPECT_EQ(ask(TokenDemand{0, 650}), "");
}

// The user guide's two examples, with quotas that the first deduction just fits.
TEST_F(QuotaLedgerTest, OutputOfLaterClaudeModelsCountsFiveTimesAtTheEnd) {
  rate_ = 5;
  use(per_minute(std::nullopt, 36'000));
  EXPECT_EQ(ask(TokenDemand{4'000, 32'000}), "");
  EXPECT_EQ(ask(TokenDemand{0, 1}), kTokens);
  last().settle(4'000, 1'000);
  EXPECT_EQ(ask(TokenDemand{0, 27'001}), kTokens);
  EXPECT_EQ(ask(TokenDemand{0, 27'000}), "");

  use(per_minute(std::nullopt, 10'000));
  EXPECT_EQ(ask(TokenDemand{4'000, 1'250}), "");
  last().settle(4'000, 1'000);
  EXPECT_EQ(ask(TokenDemand{0, 1'001}), kTokens);
  EXPECT_EQ(ask(TokenDemand{0, 1'000}), "");
}

TEST_F(QuotaLedgerTest, WhatWasUsedBeyondTheReservationIsOwed) {
  use(per_minute(std::nullopt, 600));
  EXPECT_EQ(ask(TokenDemand{100, 100}), "");
  last().settle(900, 0);
  clock_.pass(30s);
  EXPECT_EQ(ask(TokenDemand{0, 1}), kTokens);
  clock_.pass(1s);
  EXPECT_EQ(ask(TokenDemand{0, 10}), "");
}

TEST_F(QuotaLedgerTest, NobodyOwesMoreThanAMinutesWorth) {
  use(per_minute(std::nullopt, 600));
  EXPECT_EQ(ask(TokenDemand{100, 100}), "");
  last().settle(1'000'000'000, 1'000'000'000);
  clock_.pass(2min);
  EXPECT_EQ(ask(TokenDemand{0, 600}), "");
}

TEST_F(QuotaLedgerTest, ARequestThatReachesNoEngineGivesItsTokensBack) {
  use(per_minute(2, 1'000));
  EXPECT_EQ(ask(TokenDemand{500, 500}), "");
  held_.clear();
  EXPECT_EQ(ask(TokenDemand{500, 500}), "");
  last().engine_asked();
  last().engine_failed();
  EXPECT_EQ(ask(TokenDemand{500, 500}), kRequests);  // but it was a request
}

TEST_F(QuotaLedgerTest, AReplyThatBreaksOffCostsItsInputAndWhatWasSeenOfIt) {
  use(per_minute(std::nullopt, 1'000));
  EXPECT_EQ(ask(TokenDemand{300, 700}), "");
  last().engine_asked();
  last().output_seen(600);
  held_.clear();  // the client hung up
  EXPECT_EQ(ask(TokenDemand{0, 601}), kTokens);
  EXPECT_EQ(ask(TokenDemand{0, 600}), "");
}

TEST_F(QuotaLedgerTest, FurtherRepliesOfOneRequestAddUp) {
  use(per_minute(std::nullopt, 1'000));
  EXPECT_EQ(ask(TokenDemand{300, 700}), "");
  last().engine_asked();
  last().settle(100, 100);
  last().engine_asked();
  last().settle(100, 100);
  EXPECT_EQ(ask(TokenDemand{0, 601}), kTokens);
  EXPECT_EQ(ask(TokenDemand{0, 600}), "");
}

TEST_F(QuotaLedgerTest, TheDaysTokensComeBackAtMidnightOnly) {
  use({std::nullopt, std::nullopt, 1'000});
  EXPECT_EQ(ask(TokenDemand{500, 500}), "");
  EXPECT_EQ(ask(TokenDemand{1, 0}), kDay);
  EXPECT_EQ(ask(TokenDemand{0, 0}), kDay);
  clock_.pass(2min - 1ms);
  EXPECT_EQ(ask(TokenDemand{1, 0}), kDay);
  clock_.pass(1ms);
  EXPECT_EQ(ask(TokenDemand{999, 0}), "");
}

TEST_F(QuotaLedgerTest, YesterdaysRequestTakesNothingOfToday) {
  use({std::nullopt, std::nullopt, 1'000});
  EXPECT_EQ(ask(TokenDemand{500, 0}), "");
  clock_.pass(3min);
  held_.front().settle(1'000, 0);
  EXPECT_EQ(ask(TokenDemand{1'000, 0}), "");
}

TEST_F(QuotaLedgerTest, AClockThatIsSetBackNeitherGivesNorTakes) {
  use(per_minute(60, std::nullopt));
  EXPECT_EQ(admitted(60), 60);
  clock_.pass(-1h);
  EXPECT_EQ(ask(), kRequests);
  clock_.pass(1s);
  EXPECT_EQ(ask(), "");
}

TEST_F(QuotaLedgerTest, AQuotaOfZeroRefusesEverything) {
  use(per_minute(0, std::nullopt));
  EXPECT_EQ(ask(), kRequests);
  use(per_minute(std::nullopt, 0));
  EXPECT_EQ(ask(TokenDemand{0, 0}), kTokens);
  clock_.pass(1h);
  EXPECT_EQ(ask(TokenDemand{0, 0}), kTokens);
}

TEST_F(QuotaLedgerTest, EachAccountModelRegionAndWayIsCountedApart) {
  use(per_minute(1, std::nullopt));
  const std::vector<QuotaSubject> subjects{
      {"111122223333", "us-east-1", "a.b", ""},
      {"444455556666", "us-east-1", "a.b", ""},
      {"111122223333", "us-west-2", "a.b", ""},
      {"111122223333", "us-east-1", "a.c", ""},
      {"111122223333", "us-east-1", "a.b", "us.a.b"},
      {"111122223333", "us-east-1", "a.b", "global.a.b"},
  };
  for (int round = 0; round < 2; ++round) {
    for (const QuotaSubject& subject : subjects) {
      subject_ = subject;
      EXPECT_EQ(ask(), round == 0 ? "" : kRequests);
    }
  }
}

TEST_F(QuotaLedgerTest, InventedRegionsDoNotMultiplyAQuota) {
  use(per_minute(1, std::nullopt));
  subject_.region = "nowhere-1";
  EXPECT_EQ(ask(), "");
  subject_.region = "nowhere-2";
  EXPECT_EQ(ask(), kRequests);
}

TEST_F(QuotaLedgerTest, TheFirstRuleThatMatchesHolds) {
  QuotaRule exempt{{"*"}, {"444455556666"}, {}, {}};
  QuotaRule west{{"meta.*"}, {}, {"us-west-2"}, per_minute(2, std::nullopt)};
  QuotaRule profiles{{"us.*"}, {}, {}, per_minute(3, std::nullopt)};
  use({exempt, west, profiles, rule_of(per_minute(1, std::nullopt))});
  EXPECT_EQ(admitted(10), 1);
  subject_.region = "us-west-2";
  EXPECT_EQ(admitted(10), 2);
  subject_ = {"111122223333", "us-east-1", "meta.x", "us.meta.x"};
  EXPECT_EQ(admitted(10), 3);
  subject_.account_id = "444455556666";
  EXPECT_EQ(admitted(10), 10);
}

TEST_F(QuotaLedgerTest, ManyCountersAreNotKeptForEver) {
  use(per_minute(5, std::nullopt));
  for (std::size_t i = 0; i < 2 * QuotaLedger::kCountersMax; ++i) {
    const std::string account = std::to_string(i);
    subject_.account_id = account;
    ledger_->reserve(subject_, std::nullopt, 1);
  }
  EXPECT_LE(ledger_->size(), QuotaLedger::kCountersMax);
  subject_.account_id = "111122223333";
  EXPECT_EQ(admitted(10), 5);
}

TEST_F(QuotaLedgerTest, CountersInUseAreNotForgotten) {
  use(per_minute(5, std::nullopt));
  EXPECT_EQ(admitted(5), 5);
  for (std::size_t i = 0; i < 2 * QuotaLedger::kCountersMax; ++i) {
    const std::string account = std::to_string(i);
    QuotaSubject other = subject_;
    other.account_id = account;
    ledger_->reserve(other, std::nullopt, 1);
    if (i % 1'000 == 0) {
      EXPECT_EQ(ask(), kRequests);
    }
  }
}

TEST_F(QuotaLedgerTest, ThreadsTogetherGetNoMoreThanTheQuota) {
  use({2'000, 1'000'000, 10'000'000});
  std::atomic<int> admitted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1'000; ++j) {
        try {
          QuotaReservation mine = ledger_->reserve(subject_, TokenDemand{1, 10}, 1);
          mine.engine_asked();
          mine.settle(1, 1);
          ++admitted;
        } catch (const ApiError&) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, 2'000);
  EXPECT_EQ(ask(TokenDemand{0, 1}), kRequests);
}

}  // namespace
}  // namespace bedplate::operations
