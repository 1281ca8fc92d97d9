// What the contract's tests have in common: each runs on every kind of database.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/database_for_test.hpp"
#include "storage/store.hpp"

namespace bedplate::storage {

inline constexpr const char* kAccount = "123456789012";
inline constexpr const char* kRegion = "us-east-1";

inline Resource resource(const std::string& id, std::int64_t created_ms = 1'000) {
  Resource out;
  out.key = {kAccount, kRegion, "thing", "", id};
  out.name = "name-" + id;
  out.created_ms = created_ms;
  out.updated_ms = created_ms;
  out.document = R"({"of":")" + id + R"("})";
  return out;
}

inline ListQuery things() {
  ListQuery query;
  query.account_id = kAccount;
  query.region = kRegion;
  query.kind = "thing";
  return query;
}

class Contract : public testing::TestWithParam<StoreOptions::Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == StoreOptions::Kind::kPostgres && !postgres_missing().empty()) {
      GTEST_SKIP() << "no PostgreSQL: " << postgres_missing();
    }
    database_ = std::make_unique<TestDatabase>(GetParam());
    store_ = database_->open();
  }

  void insert(const Resource& one) {
    store_->write_blocking([&](Transaction& transaction) { transaction.insert(one); });
  }
  std::optional<Resource> get(const ResourceKey& key) {
    return store_->read_blocking([&](Transaction& transaction) { return transaction.get(key); });
  }
  /// The ids of every page, in order.
  std::vector<std::string> ids(ListQuery query) {
    std::vector<std::string> out;
    do {
      const ListPage page =
          store_->read_blocking([&](Transaction& transaction) { return transaction.list(query); });
      for (const Resource& one : page.resources) out.push_back(one.key.id);
      query.after = page.next;
    } while (query.after);
    return out;
  }

  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<Store> store_;
};

inline std::string kind_name(const testing::TestParamInfo<StoreOptions::Kind>& info) {
  return info.param == StoreOptions::Kind::kSqlite ? "Sqlite" : "Postgres";
}

#define INSTANTIATE_CONTRACT(suite)                                                              \
  INSTANTIATE_TEST_SUITE_P(                                                                      \
      Every, suite, testing::Values(StoreOptions::Kind::kSqlite, StoreOptions::Kind::kPostgres), \
      kind_name)

}  // namespace bedplate::storage
