// The contract: single resources and transactions.
#include "storage/contract_for_test.hpp"

namespace bedplate::storage {
namespace {

using ResourcesTest = Contract;
INSTANTIATE_CONTRACT(ResourcesTest);

TEST_P(ResourcesTest, KeepsWhatWasInserted) {
  Resource one = resource("a");
  one.unique_key = "näme";
  one.state = "Active";
  one.document = R"({"text":"it's \"quoted\" — 日本語 \\u0000"})";
  insert(one);
  one.version = 1;
  EXPECT_EQ(get(one.key), one);
  ResourceKey other = one.key;
  other.id = "b";
  EXPECT_EQ(get(other), std::nullopt);
}

TEST_P(ResourcesTest, KeysKeepAccountsRegionsKindsAndParentsApart) {
  const Resource one = resource("a");
  insert(one);
  for (std::string ResourceKey::*part :
       {&ResourceKey::account_id, &ResourceKey::region, &ResourceKey::kind, &ResourceKey::parent}) {
    Resource other = one;
    other.key.*part = "other";
    EXPECT_EQ(get(other.key), std::nullopt);
    insert(other);
    store_->write_blocking([&](Transaction& transaction) { transaction.erase(other.key); });
    EXPECT_NE(get(one.key), std::nullopt);
  }
}

TEST_P(ResourcesTest, RefusesASecondOneAndTheTransactionGoesOn) {
  insert(resource("a"));
  store_->write_blocking([&](Transaction& transaction) {
    try {
      transaction.insert(resource("a"));
      FAIL() << "inserted twice";
    } catch (const AlreadyExists& problem) {
      EXPECT_EQ(problem.by, AlreadyExists::By::kId);
    }
    transaction.insert(resource("b"));
  });
  EXPECT_THAT(ids(things()), testing::ElementsAre("a", "b"));
}

TEST_P(ResourcesTest, UniqueKeysAreTakenOncePerAccountRegionAndKind) {
  Resource one = resource("a");
  one.unique_key = "taken";
  insert(one);
  Resource two = resource("b");
  two.unique_key = "taken";
  two.key.parent = "parents do not matter";
  try {
    insert(two);
    FAIL() << "the key was taken";
  } catch (const AlreadyExists& problem) {
    EXPECT_EQ(problem.by, AlreadyExists::By::kUniqueKey);
  }
  two.key.region = "eu-west-1";
  insert(two);
  Resource three = resource("c");
  three.unique_key = "free";
  insert(three);
  three.unique_key = "taken";
  EXPECT_THROW(
      store_->write_blocking([&](Transaction& transaction) { transaction.update(three, 1); }),
      AlreadyExists);
  insert(resource("d"));
  insert(resource("e"));  // no key at all is no key twice
  const auto found = store_->read_blocking([&](Transaction& transaction) {
    return transaction.find_unique(kAccount, kRegion, "thing", "taken");
  });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key, one.key);
}

TEST_P(ResourcesTest, UpdatesOnlyTheVersionThatWasRead) {
  Resource one = resource("a");
  insert(one);
  one.name = "new";
  one.state = "Failed";
  one.updated_ms = 2'000;
  one.document = "{}";
  const auto update = [&](std::int64_t version) {
    return store_->write_blocking(
        [&](Transaction& transaction) { return transaction.update(one, version); });
  };
  EXPECT_EQ(update(1), 2);
  one.version = 2;
  EXPECT_EQ(get(one.key), one);
  try {
    update(1);
    FAIL() << "an old version was taken";
  } catch (const VersionConflict& conflict) {
    EXPECT_EQ(conflict.actual, 2);
  }
  EXPECT_EQ(update(2), 3);
  one.key.id = "unknown";
  EXPECT_THROW(update(1), NotFound);
}

TEST_P(ResourcesTest, ErasesOnlyTheVersionThatWasRead) {
  const Resource one = resource("a");
  insert(one);
  const auto erase = [&](std::optional<std::int64_t> version) {
    return store_->write_blocking(
        [&](Transaction& transaction) { return transaction.erase(one.key, version); });
  };
  EXPECT_THROW(erase(7), VersionConflict);
  EXPECT_TRUE(erase(1));
  EXPECT_FALSE(erase(1));
  EXPECT_FALSE(erase(std::nullopt));
}

TEST_P(ResourcesTest, AnExceptionUndoesEverything) {
  EXPECT_THROW(store_->write_blocking([&](Transaction& transaction) {
    transaction.insert(resource("a"));
    transaction.put_tags(kAccount, "arn:a", {{"key", "value"}});
    transaction.put_setting(kAccount, "", "s", "{}");
    transaction.touch("group");
    throw std::domain_error("the caller's own");
  }),
               std::domain_error);
  EXPECT_EQ(get(resource("a").key), std::nullopt);
  store_->read_blocking([&](Transaction& transaction) {
    EXPECT_TRUE(transaction.tags(kAccount, "arn:a").empty());
    EXPECT_FALSE(transaction.setting(kAccount, "", "s"));
    EXPECT_EQ(transaction.generation("group"), 0);
  });
  EXPECT_EQ(store_->known_generation("group"), 0);
}

TEST_P(ResourcesTest, ReadingTransactionsCannotWrite) {
  EXPECT_THROW(
      store_->read_blocking([&](Transaction& transaction) { transaction.insert(resource("a")); }),
      StoreError);
  EXPECT_EQ(get(resource("a").key), std::nullopt);
}

TEST_P(ResourcesTest, RefusesTextThatNotEveryDatabaseKeeps) {
  Resource one = resource("a");
  one.document = std::string("nul\0nul", 7);
  EXPECT_THROW(insert(one), std::invalid_argument);
  one.document = "\xFF\xFE";
  EXPECT_THROW(insert(one), std::invalid_argument);
  one = resource("a");
  one.name = std::string(kKeyBytesMax + 1, 'x');
  EXPECT_THROW(insert(one), std::length_error);
  one.name = std::string(kKeyBytesMax, 'x');
  one.key.id = std::string(kKeyBytesMax, 'y');
  one.unique_key = std::string(kKeyBytesMax, 'z');
  EXPECT_THROW(insert(one), std::length_error);
  one.unique_key = "z";
  insert(one);  // as long as it may be
  EXPECT_EQ(get(one.key)->name, one.name);
}

TEST_P(ResourcesTest, LargeDocumentsAreKeptWhole) {
  Resource one = resource("a");
  one.document = std::string(3'000'000, 'd');
  insert(one);
  EXPECT_EQ(get(one.key)->document, one.document);
}

TEST_P(ResourcesTest, SurvivesARestart) {
  insert(resource("a"));
  store_ = nullptr;
  store_ = database_->open();
  EXPECT_NE(get(resource("a").key), std::nullopt);
}

}  // namespace
}  // namespace bedplate::storage
