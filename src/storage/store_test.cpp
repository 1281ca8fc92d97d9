// The contract: several at once, and coroutines.
#include "storage/store.hpp"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <thread>

#include "storage/contract_for_test.hpp"

namespace bedplate::storage {
namespace {

using StoreTest = Contract;
INSTANTIATE_CONTRACT(StoreTest);

std::int64_t number_of(const Resource& one) {
  return std::stoll(one.document);
}

TEST_P(StoreTest, WritersAtOnceLoseNoUpdate) {
  constexpr int kEach = 100;
  Resource counter = resource("counter");
  counter.document = "0";
  insert(counter);
  const auto count = [&] {
    for (int i = 0; i < kEach; ++i) {
      store_->write_blocking([&](Transaction& transaction) {
        Resource now = *transaction.get(counter.key);
        now.document = std::to_string(number_of(now) + 1);
        transaction.update(now, now.version);
      });
    }
  };
  std::thread one(count);
  std::thread two(count);
  one.join();
  two.join();
  EXPECT_EQ(number_of(*get(counter.key)), 2 * kEach);
  EXPECT_EQ(get(counter.key)->version, 2 * kEach + 1);
}

// What a transaction has counted is still so when it commits.
TEST_P(StoreTest, WritersAtOnceDoNotMissEachOther) {
  const auto create = [&](const std::string& who) {
    for (int i = 0; i < 40; ++i) {
      store_->write_blocking([&](Transaction& transaction) {
        Resource one = resource(who + std::to_string(i));
        one.name = std::to_string(transaction.count(things()));
        one.unique_key = one.name;
        transaction.insert(one);
        transaction.touch("things");
      });
    }
  };
  std::thread one(create, "a");
  std::thread two(create, "b");
  create("c");
  one.join();
  two.join();
  EXPECT_EQ(store_->generation_blocking("things"), 120);
}

// Read in one transaction, written in another: the version tells whether somebody came between.
TEST_P(StoreTest, VersionsTellWhoCameSecond) {
  constexpr int kEach = 50;
  Resource counter = resource("counter");
  counter.document = "0";
  insert(counter);
  std::atomic<int> conflicts{0};
  const auto count = [&] {
    for (int done = 0; done < kEach;) {
      Resource seen = *get(counter.key);
      seen.document = std::to_string(number_of(seen) + 1);
      try {
        store_->write_blocking(
            [&](Transaction& transaction) { transaction.update(seen, seen.version); });
        ++done;
      } catch (const VersionConflict&) {
        ++conflicts;
      }
    }
  };
  std::thread one(count);
  std::thread two(count);
  one.join();
  two.join();
  EXPECT_EQ(number_of(*get(counter.key)), 2 * kEach);
}

TEST_P(StoreTest, OnlyOneOfTwoTakesAUniqueKey) {
  std::atomic<int> taken{0};
  std::atomic<int> refused{0};
  const auto create = [&](const char* who) {
    for (int i = 0; i < 30; ++i) {
      Resource one = resource(fmt::format("{}{}", who, i));
      one.unique_key = std::to_string(i);
      try {
        insert(one);
        ++taken;
      } catch (const AlreadyExists&) {
        ++refused;
      }
    }
  };
  std::thread one(create, "a");
  std::thread two(create, "b");
  one.join();
  two.join();
  EXPECT_EQ(taken, 30);
  EXPECT_EQ(refused, 30);
}

TEST_P(StoreTest, AReadIsOfOneMoment) {
  insert(resource("a"));
  store_->read_blocking([&](Transaction& transaction) {
    ASSERT_TRUE(transaction.get(resource("a").key));
    std::thread([&] { insert(resource("b")); }).join();
    EXPECT_FALSE(transaction.get(resource("b").key)) << "came after the transaction's first read";
    EXPECT_EQ(transaction.count(things()), 1);
  });
  EXPECT_NE(get(resource("b").key), std::nullopt);
}

TEST_P(StoreTest, OtherProcessesSeeWhatWasWritten) {
  const auto other = database_->open();
  insert(resource("a"));
  other->write_blocking([&](Transaction& transaction) {
    EXPECT_TRUE(transaction.get(resource("a").key));
    transaction.insert(resource("b"));
  });
  EXPECT_NE(get(resource("b").key), std::nullopt);
}

template <class Result>
Result run(Task<Result> task) {
  boost::asio::io_context context{1};
  auto result = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
  context.run();
  return result.get();
}

Task<std::string> create_and_read(Store& store) {
  const ResourceKey key = resource("a").key;
  const auto write = [](Transaction& transaction) { transaction.insert(resource("a")); };
  co_await store.write(write);
  const auto read = [key](Transaction& transaction) { return transaction.get(key)->name; };
  std::string name = co_await store.read(read);
  const auto touch = [](Transaction& transaction) { transaction.touch("group"); };
  co_await store.write(touch);
  std::string group = "group";
  const std::int64_t generation = co_await store.generation(group);
  co_return name + std::to_string(generation);
}

Task<bool> is_refused(Store& store) {
  const auto write = [](Transaction& transaction) { transaction.insert(resource("a")); };
  try {
    co_await store.write(write);
  } catch (const AlreadyExists&) {
    co_return true;
  }
  co_return false;
}

TEST_P(StoreTest, CoroutinesReadAndWrite) {
  EXPECT_EQ(run(create_and_read(*store_)), "name-a1");
  EXPECT_TRUE(run(is_refused(*store_)));
}

}  // namespace
}  // namespace bedplate::storage
