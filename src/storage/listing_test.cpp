// The contract: lists.
#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "storage/contract_for_test.hpp"

namespace bedplate::storage {
namespace {

using testing::ElementsAre;

using ListingTest = Contract;
INSTANTIATE_CONTRACT(ListingTest);

TEST_P(ListingTest, SortsByTimeNameAndIdInBothDirections) {
  const std::vector<std::tuple<const char*, std::int64_t, const char*>> rows{
      {"c", 1'000, "Zeta"}, {"a", 2'000, "alpha"}, {"b", 2'000, "alpha"}, {"d", 10'000, "éclair"}};
  for (const auto& [id, created_ms, name] : rows) {
    Resource one = resource(id, created_ms);
    one.name = name;
    insert(one);
  }
  for (const std::int64_t limit : {1, 2, 3, 4, 100}) {
    ListQuery query = things();
    query.limit = limit;
    EXPECT_THAT(ids(query), ElementsAre("c", "a", "b", "d"));
    query.direction = Direction::kDescending;
    EXPECT_THAT(ids(query), ElementsAre("d", "b", "a", "c"));
    query.order = Order::kName;  // by bytes: capitals first, é last
    EXPECT_THAT(ids(query), ElementsAre("d", "b", "a", "c"));
    query.direction = Direction::kAscending;
    EXPECT_THAT(ids(query), ElementsAre("c", "a", "b", "d"));
    query.order = Order::kId;
    EXPECT_THAT(ids(query), ElementsAre("a", "b", "c", "d"));
    query.direction = Direction::kDescending;
    EXPECT_THAT(ids(query), ElementsAre("d", "c", "b", "a"));
  }
}

TEST_P(ListingTest, TheLastPageSaysSo) {
  for (const char* id : {"a", "b", "c", "d"}) insert(resource(id));
  ListQuery query = things();
  query.limit = 4;
  const auto list = [&] {
    return store_->read_blocking([&](Transaction& transaction) { return transaction.list(query); });
  };
  EXPECT_FALSE(list().next);
  query.limit = 2;
  const ListPage first = list();
  ASSERT_TRUE(first.next);
  EXPECT_EQ(first.next, (Position{"1000", "b"}));
  query.after = first.next;
  EXPECT_FALSE(list().next);
  query.kind = "nothing";
  EXPECT_TRUE(list().resources.empty());
}

TEST_P(ListingTest, FiltersByStateNameAndTime) {
  const std::vector<std::tuple<const char*, std::int64_t, const char*, const char*>> rows{
      {"a", 1'000, "build-1", "Active"},
      {"b", 2'000, "Build-2", "Failed"},
      {"c", 3'000, "re-build", "Active"},
      {"d", 4'000, "100% b_ild", ""},
      {"e", 5'000, "日本語", ""}};
  for (const auto& [id, created_ms, name, state] : rows) {
    Resource one = resource(id, created_ms);
    one.name = name;
    one.state = state;
    insert(one);
  }
  const auto with = [&](auto change) {
    ListQuery query = things();
    change(query);
    const auto found = ids(query);
    EXPECT_EQ(
        store_->read_blocking([&](Transaction& transaction) { return transaction.count(query); }),
        static_cast<std::int64_t>(found.size()));
    return found;
  };
  EXPECT_THAT(with([](ListQuery& q) { q.state = "Active"; }), ElementsAre("a", "c"));
  EXPECT_THAT(with([](ListQuery& q) { q.state = ""; }), ElementsAre("d", "e"));
  EXPECT_THAT(with([](ListQuery& q) { q.name = "build-1"; }), ElementsAre("a"));
  EXPECT_THAT(with([](ListQuery& q) { q.name_prefix = "build"; }), ElementsAre("a"));
  EXPECT_THAT(with([](ListQuery& q) { q.name_prefix = "日本"; }), ElementsAre("e"));
  EXPECT_THAT(with([](ListQuery& q) { q.name_prefix = ""; }), ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_THAT(with([](ListQuery& q) { q.name_contains = "build"; }), ElementsAre("a", "c"));
  EXPECT_THAT(with([](ListQuery& q) { q.name_contains = "本"; }), ElementsAre("e"));
  EXPECT_THAT(with([](ListQuery& q) { q.name_contains = ""; }),
              ElementsAre("a", "b", "c", "d", "e"));
  // No wildcards, no injection.
  EXPECT_THAT(with([](ListQuery& q) { q.name_contains = "%"; }), ElementsAre("d"));
  EXPECT_THAT(with([](ListQuery& q) { q.name_contains = "b_i"; }), ElementsAre("d"));
  EXPECT_THAT(with([](ListQuery& q) { q.name_contains = "' OR '1'='1"; }), ElementsAre());
  // Neither bound is part of the time.
  EXPECT_THAT(with([](ListQuery& q) { q.created_after_ms = 2'000; }), ElementsAre("c", "d", "e"));
  EXPECT_THAT(with([](ListQuery& q) { q.created_before_ms = 2'000; }), ElementsAre("a"));
  EXPECT_THAT(with([](ListQuery& q) {
                q.created_after_ms = 1'000;
                q.created_before_ms = 4'000;
                q.state = "Active";
                q.name_contains = "build";
              }),
              ElementsAre("c"));
}

TEST_P(ListingTest, RefusesPagesThatAreNone) {
  const auto list = [&](auto change) {
    ListQuery query = things();
    change(query);
    store_->read_blocking([&](Transaction& transaction) { return transaction.list(query); });
  };
  EXPECT_THROW(list([](ListQuery& q) { q.limit = 0; }), std::invalid_argument);
  EXPECT_THROW(list([](ListQuery& q) { q.limit = 10'001; }), std::invalid_argument);
  EXPECT_THROW(list([](ListQuery& q) { q.after = Position{"soon", "a"}; }), std::invalid_argument);
}

TEST_P(ListingTest, ScansAKindAcrossAccounts) {
  for (const char* account : {"222222222222", "111111111111"}) {
    for (const char* id : {"b", "a"}) {
      Resource one = resource(id);
      one.key.account_id = account;
      one.state = *id == 'a' ? "InProgress" : "Completed";
      insert(one);
    }
  }
  ScanQuery query;
  query.kind = "thing";
  query.limit = 3;
  const auto scan = [&] {
    std::vector<std::string> out;
    for (const Resource& one :
         store_->read_blocking([&](Transaction& transaction) { return transaction.scan(query); })) {
      out.push_back(one.key.account_id.substr(0, 1) + one.key.id);
      query.after = one.key;
    }
    return out;
  };
  EXPECT_THAT(scan(), ElementsAre("1a", "1b", "2a"));
  EXPECT_THAT(scan(), ElementsAre("2b"));
  EXPECT_THAT(scan(), ElementsAre());
  query.after.reset();
  query.state = "InProgress";
  EXPECT_THAT(scan(), ElementsAre("1a", "2a"));
  query.after.reset();
  query.account_id = "222222222222";
  EXPECT_THAT(scan(), ElementsAre("2a"));
}

std::string numbered(int number) {
  return fmt::format("{:06}", number);
}

// Those that stay while the list is read are on exactly one page each, whatever comes and goes.
TEST_P(ListingTest, FiftyThousandThroughPagesWhileOthersComeAndGo) {
  constexpr int kCount = 50'000;
  for (int from = 0; from < kCount; from += 5'000) {
    store_->write_blocking([&](Transaction& transaction) {
      for (int i = from; i < from + 5'000; ++i) {
        transaction.insert(resource(numbered(i), 1'000 + i / 7));  // several at a time
      }
    });
  }
  std::atomic<bool> done{false};
  std::atomic<int> changes{0};
  std::thread changing([&] {
    for (int i = 0; !done && i < kCount / 2; ++i) {
      const int at = (i * 7919) % kCount / 10 * 10;  // every tenth may go
      store_->write_blocking([&](Transaction& transaction) {
        transaction.erase(resource(numbered(at)).key);
        transaction.insert(resource("new" + numbered(i), 1'000 + at / 7));
      });
      ++changes;
    }
  });
  for (const Order order : {Order::kCreated, Order::kName}) {
    ListQuery query = things();
    query.order = order;
    query.limit = 500;
    const auto found = ids(query);
    std::set<std::string> once(found.begin(), found.end());
    EXPECT_EQ(once.size(), found.size()) << "none is on two pages";
    for (int i = 0; i < kCount; ++i) {
      if (i % 10 == 0) continue;
      ASSERT_TRUE(once.contains(numbered(i))) << i;
    }
  }
  done = true;
  changing.join();
  EXPECT_GT(changes, 0);
}

}  // namespace
}  // namespace bedplate::storage
