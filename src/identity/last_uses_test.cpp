#include "identity/last_uses.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <future>

#include "async/io_pool.hpp"
#include "base/ids.hpp"
#include "storage/open_store.hpp"

namespace bedplate::identity {
namespace {

constexpr const char* kAccount = "123456789012";
constexpr const char* kKey = "AKIAEXAMPLE";

class LastUsesTest : public testing::Test {
 protected:
  LastUsesTest() : loops_(1) {}
  ~LastUsesTest() override {
    loops_.stop();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  LastUses::Use use(std::int64_t seconds, const std::string& service = "bedrock") const {
    return {Timestamp(std::chrono::seconds(seconds)), service, "us-east-1"};
  }
  std::optional<LastUses::Use> find(const LastUses& uses, const char* account = kAccount,
                                    const char* id = kKey) {
    std::promise<std::optional<LastUses::Use>> found;
    boost::asio::co_spawn(loops_.executor(0), uses.find(account, id),
                          [&](const std::exception_ptr&, std::optional<LastUses::Use> use) {
                            found.set_value(std::move(use));
                          });
    return found.get_future().get();
  }

  IoPool loops_;
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("bedplate-uses-" + random_base36(12));
  std::unique_ptr<storage::Store> store_ = [this] {
    std::filesystem::create_directories(folder_);
    storage::StoreOptions options;
    options.file = folder_ / "bedplate.db";
    return storage::open_store_blocking(options);
  }();
};

TEST_F(LastUsesTest, WhatIsNotedIsKnownAtOnceAndAfterARestart) {
  {
    LastUses uses(*store_);
    EXPECT_EQ(find(uses), std::nullopt);
    uses.note(kAccount, kKey, use(1'000));
    EXPECT_EQ(find(uses), use(1'000));
    uses.stop_blocking();
  }
  const LastUses again(*store_);
  EXPECT_EQ(find(again), use(1'000));
  EXPECT_EQ(find(again, kAccount, "AKIAOTHER"), std::nullopt);
  EXPECT_EQ(find(again, "999999999999"), std::nullopt) << "another account's";
}

TEST_F(LastUsesTest, WhatIsUsedAllTheTimeIsNotedOnceAMinute) {
  LastUses uses(*store_);
  uses.note(kAccount, kKey, use(1'000));
  uses.note(kAccount, kKey, use(1'059));
  EXPECT_EQ(find(uses), use(1'000));
  uses.note(kAccount, kKey, use(1'060));
  EXPECT_EQ(find(uses), use(1'060));
  uses.note(kAccount, kKey, use(1'061, "iam"));
  EXPECT_EQ(find(uses), use(1'061, "iam")) << "another service";
}

TEST_F(LastUsesTest, TheLatestOfSeveralServersCounts) {
  LastUses one(*store_);
  LastUses two(*store_);
  one.note(kAccount, kKey, use(2'000));
  two.note(kAccount, kKey, use(3'000, "sts"));
  two.write_blocking();
  EXPECT_EQ(find(one), use(3'000, "sts"));
  one.write_blocking();  // later, but about earlier
  EXPECT_EQ(find(two), use(3'000, "sts"));
  EXPECT_EQ(find(LastUses(*store_)), use(3'000, "sts"));
}

TEST_F(LastUsesTest, WritesManyAndOnlyWhatIsNew) {
  LastUses uses(*store_);
  for (int i = 0; i < 2'500; ++i) uses.note(kAccount, "AKIA" + std::to_string(i), use(1'000 + i));
  uses.write_blocking();
  store_->write_blocking(
      [](storage::Transaction& transaction) { LastUses::erase(transaction, kAccount, "AKIA7"); });
  uses.write_blocking();  // nothing is new
  const LastUses again(*store_);
  EXPECT_EQ(find(again, kAccount, "AKIA7"), std::nullopt);
  EXPECT_EQ(find(again, kAccount, "AKIA2499"), use(3'499));
}

}  // namespace
}  // namespace bedplate::identity
