// The contract: tags, client request tokens, settings and generations.
#include "storage/contract_for_test.hpp"

namespace bedplate::storage {
namespace {

using testing::ElementsAre;

using SmallTablesTest = Contract;
INSTANTIATE_CONTRACT(SmallTablesTest);

TEST_P(SmallTablesTest, TagsAreAddedChangedFoundAndErased) {
  store_->write_blocking([&](Transaction& transaction) {
    transaction.put_tags(kAccount, "arn:a", {{"team", "red"}, {"Stage", ""}});
    transaction.put_tags(kAccount, "arn:b", {{"team", "blue"}});
    transaction.put_tags("999999999999", "arn:c", {{"team", "red"}});
    transaction.put_tags(kAccount, "arn:a", {{"team", "blue"}, {"Team", "other key"}});
  });
  store_->read_blocking([&](Transaction& transaction) {
    EXPECT_THAT(transaction.tags(kAccount, "arn:a"),
                ElementsAre(Tag{"Stage", ""}, Tag{"Team", "other key"}, Tag{"team", "blue"}));
    EXPECT_THAT(transaction.tags("999999999999", "arn:a"), ElementsAre());
    EXPECT_THAT(transaction.tagged(kAccount, "team", "blue"), ElementsAre("arn:a", "arn:b"));
    EXPECT_THAT(transaction.tagged(kAccount, "team", "red"), ElementsAre());
    EXPECT_THAT(transaction.tagged(kAccount, "Stage", std::nullopt), ElementsAre("arn:a"));
    EXPECT_THAT(transaction.tagged(kAccount, "team", std::nullopt, "", 1), ElementsAre("arn:a"));
    EXPECT_THAT(transaction.tagged(kAccount, "team", std::nullopt, "arn:a", 1),
                ElementsAre("arn:b"));
  });
  store_->write_blocking([&](Transaction& transaction) {
    transaction.erase_tags(kAccount, "arn:a", {"team", "unknown"});
    transaction.erase_all_tags(kAccount, "arn:b");
    EXPECT_EQ(transaction.tags(kAccount, "arn:a").size(), 2u);
    EXPECT_THAT(transaction.tags(kAccount, "arn:b"), ElementsAre());
  });
}

TEST_P(SmallTablesTest, ClientTokensAreRememberedUntilTheyExpire) {
  const ClientToken token{kAccount, kRegion, "CreateThing", "t-1", "hash", "thing-1", 1'000};
  const auto find = [&](std::int64_t now_ms, const char* account = kAccount) {
    return store_->read_blocking([&](Transaction& transaction) {
      return transaction.find_client_token(account, kRegion, "CreateThing", "t-1", now_ms);
    });
  };
  const auto remember = [&](const ClientToken& one, std::int64_t now_ms) {
    store_->write_blocking(
        [&](Transaction& transaction) { transaction.remember_client_token(one, now_ms); });
  };
  EXPECT_FALSE(find(0));
  remember(token, 0);
  ASSERT_TRUE(find(999));
  EXPECT_EQ(find(999)->request_hash, "hash");
  EXPECT_EQ(find(999)->resource_id, "thing-1");
  EXPECT_FALSE(find(999, "999999999999"));
  EXPECT_FALSE(find(1'000)) << "expired";
  EXPECT_THROW(remember(token, 999), AlreadyExists);
  remember({kAccount, kRegion, "CreateThing", "t-1", "hash2", "thing-2", 2'000}, 1'000);
  EXPECT_EQ(find(1'500)->resource_id, "thing-2");
}

TEST_P(SmallTablesTest, ExpiredClientTokensArePurgedInBatches) {
  store_->write_blocking([&](Transaction& transaction) {
    for (int i = 0; i < 5; ++i) {
      transaction.remember_client_token(
          {kAccount, kRegion, "Create", std::to_string(i), "h", "r", 100 + i}, 0);
    }
    EXPECT_EQ(transaction.purge_client_tokens(102, 2), 2);
    EXPECT_EQ(transaction.purge_client_tokens(102, 2), 1);
    EXPECT_EQ(transaction.purge_client_tokens(102, 2), 0);
    EXPECT_TRUE(transaction.find_client_token(kAccount, kRegion, "Create", "3", 0));
  });
}

TEST_P(SmallTablesTest, SettingsHaveVersions) {
  store_->write_blocking([&](Transaction& transaction) {
    EXPECT_FALSE(transaction.setting(kAccount, "", "logging"));
    EXPECT_EQ(transaction.put_setting(kAccount, "", "logging", "1", 0), 1);
    EXPECT_THROW(transaction.put_setting(kAccount, "", "logging", "2", 0), VersionConflict);
    EXPECT_EQ(transaction.put_setting(kAccount, "", "logging", "3", 1), 2);
    EXPECT_EQ(transaction.put_setting(kAccount, "", "logging", "4"), 3);
    EXPECT_EQ(transaction.put_setting(kAccount, kRegion, "logging", "5"), 1);
  });
  store_->write_blocking([&](Transaction& transaction) {
    EXPECT_EQ(transaction.setting(kAccount, "", "logging")->document, "4");
    EXPECT_EQ(transaction.setting(kAccount, "", "logging")->version, 3);
    EXPECT_TRUE(transaction.erase_setting(kAccount, "", "logging"));
    EXPECT_FALSE(transaction.erase_setting(kAccount, "", "logging"));
    EXPECT_TRUE(transaction.setting(kAccount, kRegion, "logging"));
  });
}

TEST_P(SmallTablesTest, GenerationsShowWhatOthersChanged) {
  EXPECT_EQ(store_->generation_blocking("identity"), 0);
  const auto touch = [](Store& store) {
    store.write_blocking([](Transaction& transaction) { transaction.touch("identity"); });
  };
  touch(*store_);
  EXPECT_EQ(store_->known_generation("identity"), 1);
  const auto other = database_->open();
  touch(*other);
  EXPECT_EQ(other->known_generation("identity"), 2);
  EXPECT_EQ(store_->known_generation("identity"), 1) << "asked nobody";
  EXPECT_EQ(store_->generation_blocking("identity"), 2);
  EXPECT_EQ(store_->known_generation("identity"), 2);
  EXPECT_EQ(store_->known_generation("models"), 0);
}

}  // namespace
}  // namespace bedplate::storage
