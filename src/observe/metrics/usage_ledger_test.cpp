#include "observe/metrics/usage_ledger.hpp"

#include <gtest/gtest.h>

#include "observe/metrics/history_for_test.hpp"

namespace bedplate::observe {
namespace {

constexpr const char* kProfile =
    "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc";

ModelUse priced_use() {
  ModelUse use;
  use.model_id = "m";
  use.prices.input_per_1k_tokens = 0.003;
  use.prices.output_per_1k_tokens = 0.015;
  use.input_tokens = 2'000;
  use.output_tokens = 1'000;
  return use;
}

TEST(Cost, ByTheThousandTokens) {
  EXPECT_DOUBLE_EQ(*cost_usd(priced_use()), 0.021);
}

TEST(Cost, CachedInputHasPricesOfItsOwnOrThatOfInput) {
  ModelUse use = priced_use();
  use.cache_read_tokens = use.cache_write_tokens = 1'000;
  EXPECT_DOUBLE_EQ(*cost_usd(use), 0.021 + 0.006);
  use.prices.cache_read_per_1k_tokens = 0.0003;
  use.prices.cache_write_per_1k_tokens = 0.00375;
  EXPECT_DOUBLE_EQ(*cost_usd(use), 0.021 + 0.0003 + 0.00375);
}

TEST(Cost, OfImagesAndRankings) {
  ModelUse use;
  use.images = 3;
  use.prices.per_image = 0.04;
  EXPECT_DOUBLE_EQ(*cost_usd(use), 0.12);
  use = {};
  use.queries = 1;
  use.prices.per_query = 0.002;
  EXPECT_DOUBLE_EQ(*cost_usd(use), 0.002);
}

TEST(Cost, NothingIsNotZero) {
  ModelUse use;
  use.input_tokens = 100;
  EXPECT_FALSE(cost_usd(use));
  EXPECT_EQ(amounts_of(use).unpriced_requests, 1);
  EXPECT_EQ(amounts_of(priced_use()).unpriced_requests, 0);
}

TEST(Quota, OutputCountsAtTheModelsRate) {
  ModelUse use = priced_use();
  use.cache_read_tokens = 500;
  use.cache_write_tokens = 100;
  use.quota_output_rate = 5;
  EXPECT_EQ(quota_tokens(use), 2'000 + 100 + 5'000);
}

class UsageLedgerTest : public StoreTest {
 protected:
  UsageSubject subject(const std::string& who) {
    return {"111122223333", "us-east-1", "arn:aws:iam::111122223333:user/" + who, "m", "", false};
  }
  std::vector<UsageRow> rows(const std::string& from = "0", const std::string& to = "9") {
    return read_usage_blocking(store(), from, to);
  }
};

TEST_F(UsageLedgerTest, AddsUpAcrossRestarts) {
  UsageLedger ledger;
  for (int i = 0; i < 3; ++i) ledger.add(subject("ann"), amounts_of(priced_use()), clock_.time);
  ledger.flush_blocking(store());
  EXPECT_EQ(rows().size(), 1u);
  reopen();
  UsageLedger next;
  next.add(subject("ann"), amounts_of(priced_use()), clock_.time);
  next.add(subject("bob"), amounts_of(priced_use()), clock_.time);
  next.flush_blocking(store());
  next.flush_blocking(store());  // nothing is written twice
  ASSERT_EQ(rows().size(), 2u);
  std::map<std::string, UsageAmounts> by_user;
  for (const UsageRow& row : rows()) by_user[row.subject.principal_arn].add(row.amounts);
  const UsageAmounts& ann = by_user.at("arn:aws:iam::111122223333:user/ann");
  EXPECT_EQ(ann.requests, 4);
  EXPECT_EQ(ann.input_tokens, 8'000);
  EXPECT_NEAR(ann.cost_usd, 0.084, 1e-9);
}

TEST_F(UsageLedgerTest, DaysAreApart) {
  UsageLedger ledger;
  clock_.time = *parse_iso8601_s("2026-03-04T23:59:59Z");
  ledger.add(subject("ann"), amounts_of(priced_use()), clock_.time);
  ledger.add(subject("ann"), amounts_of(priced_use()), clock_.time + std::chrono::seconds(1));
  ledger.flush_blocking(store());
  ASSERT_EQ(rows().size(), 2u);
  ASSERT_EQ(rows("2026-03-05", "2026-03-05").size(), 1u);
  EXPECT_EQ(rows("2026-03-05", "2026-03-05").front().day, "2026-03-05");
  EXPECT_TRUE(rows("2026-03-06", "2026-03-31").empty());
}

TEST_F(UsageLedgerTest, RemembersTheTagsOfProfiles) {
  store().write_blocking([](storage::Transaction& transaction) {
    transaction.put_tags("111122223333", kProfile, {{"team", "red"}});
  });
  UsageSubject mine = subject("ann");
  mine.profile = kProfile;
  mine.own_profile = true;
  UsageLedger ledger;
  ledger.add(mine, amounts_of(priced_use()), clock_.time);
  ledger.flush_blocking(store());
  ASSERT_EQ(rows().size(), 1u);
  EXPECT_EQ(rows().front().tags.at("team"), "red");
  store().write_blocking([](storage::Transaction& transaction) {
    transaction.erase_all_tags("111122223333", kProfile);
  });
  ledger.add(mine, amounts_of(priced_use()), clock_.time);
  ledger.flush_blocking(store());
  EXPECT_EQ(rows().front().tags.at("team"), "red");
  EXPECT_EQ(rows().front().amounts.requests, 2);
}

TEST_F(UsageLedgerTest, OldDaysAreErased) {
  UsageLedger ledger;
  ledger.add(subject("ann"), amounts_of(priced_use()), clock_.time);
  ledger.flush_blocking(store());
  ledger.purge_blocking(store(), clock_.time + std::chrono::days(UsageLedger::kKeptDays));
  EXPECT_EQ(rows().size(), 1u);
  ledger.purge_blocking(store(), clock_.time + std::chrono::days(UsageLedger::kKeptDays + 2));
  EXPECT_TRUE(rows().empty());
}

TEST_F(UsageLedgerTest, SubjectsAreBounded) {
  UsageLedger ledger;
  const int beyond = 50;
  for (int i = 0; i < static_cast<int>(UsageLedger::kSubjectsMax) + beyond; ++i) {
    ledger.add(subject(std::to_string(i)), amounts_of(priced_use()), clock_.time);
  }
  ledger.flush_blocking(store());
  std::int64_t others = 0, all = 0;
  for (const UsageRow& row : rows()) {
    all += row.amounts.requests;
    if (row.subject.principal_arn == UsageLedger::kOther) others += row.amounts.requests;
  }
  EXPECT_EQ(others, beyond);
  EXPECT_EQ(all, static_cast<std::int64_t>(UsageLedger::kSubjectsMax) + beyond);
}

}  // namespace
}  // namespace bedplate::observe
