#include "async/waiting_line.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace bedplate {
namespace {

struct Waiter {
  SlotClaim claim;
  std::uint64_t ticket = 0;
};
using Line = WaitingLine<Waiter>;
using Place = Line::Place;

class WaitingLineTest : public testing::Test {
 protected:
  Place waiter(const std::string& account, Priority priority = Priority::kInteractive) {
    return std::make_shared<Waiter>(Waiter{{account, {}, priority}, next_ticket_++});
  }
  Place join(const std::string& account, Priority priority = Priority::kInteractive) {
    Place place = waiter(account, priority);
    gone_ = line_.join(place);
    return place;
  }
  /// The accounts in the order in which they are served.
  std::string order() {
    std::string accounts;
    while (!line_.empty()) accounts += line_.take_first(next_ticket_++)->claim.account;
    return accounts;
  }

  std::uint64_t next_ticket_ = 0;
  Line line_{6};
  Place gone_;  ///< of the last join()
};

TEST_F(WaitingLineTest, OneAccountIsServedAsItCame) {
  const std::vector<Place> places = {join("a"), join("a"), join("a")};
  for (const Place& place : places) EXPECT_EQ(line_.take_first(next_ticket_++), place);
  EXPECT_TRUE(line_.empty());
}

TEST_F(WaitingLineTest, AccountsTakeTurns) {
  for (const char* account : {"a", "a", "a", "b", "b", "c"}) join(account);
  EXPECT_EQ(order(), "abcaba");
}

// Else two requests, sent in turn, could keep everybody else waiting for ever.
TEST_F(WaitingLineTest, WhoComesBackStandsBehindThoseWhoWaited) {
  join("a");
  join("a");
  join("b");
  EXPECT_EQ(line_.take_first(next_ticket_++)->claim.account, "a");
  EXPECT_EQ(line_.take_first(next_ticket_++)->claim.account, "b");
  join("b");
  join("b");
  EXPECT_EQ(order(), "abb");
}

TEST_F(WaitingLineTest, InteractiveBeforeBatch) {
  join("a", Priority::kBatch);
  join("b", Priority::kBatch);
  join("c");
  join("c");
  EXPECT_EQ(line_.rank().first, 0U);
  EXPECT_EQ(order(), "ccab");
}

TEST_F(WaitingLineTest, AFullLineRefusesTheAccountWithMost) {
  std::vector<Place> flood;
  for (int i = 0; i < 6; ++i) flood.push_back(join("a"));
  const Place refused = join("a");
  EXPECT_EQ(gone_, refused);
  join("b");
  EXPECT_EQ(gone_, flood.back()) << "the latest one of the flood";
  join("b");
  EXPECT_EQ(gone_, flood[4]);
  const Place third = join("b");
  EXPECT_EQ(gone_, flood[3]);
  const Place fourth = join("b");
  EXPECT_EQ(gone_, fourth) << "it has as many as the other";
  EXPECT_EQ(line_.size(), 6U);
  EXPECT_EQ(order(), "ababab");
}

TEST_F(WaitingLineTest, AFullLineRefusesBatchFirst) {
  for (int i = 0; i < 4; ++i) join("a");
  const Place one = join("b", Priority::kBatch);
  const Place two = join("c", Priority::kBatch);
  const Place other = join("d", Priority::kBatch);
  EXPECT_EQ(gone_, other) << "as many as the others";
  join("a");
  EXPECT_TRUE(gone_ == one || gone_ == two);
  join("a");
  EXPECT_TRUE(gone_ == one || gone_ == two);
  const Place batch = join("b", Priority::kBatch);
  EXPECT_EQ(gone_, batch) << "nobody of its priority waits";
  EXPECT_EQ(order(), "aaaaaa");
}

TEST_F(WaitingLineTest, WhereNobodyMayWait) {
  Line none(0);
  const Place one = waiter("a");
  EXPECT_EQ(none.join(one), one);
  EXPECT_TRUE(none.empty());
}

TEST_F(WaitingLineTest, LeavingIsTakingNoTurn) {
  const Place first = join("a");
  const Place second = join("a");
  const Place other = join("b");
  line_.leave(first);
  line_.leave(first);             // not any more
  line_.leave(waiter("nobody"));  // never
  line_.leave(waiter("a"));
  EXPECT_EQ(line_.size(), 2U);
  EXPECT_EQ(line_.take_first(next_ticket_++), second);
  line_.leave(other);
  EXPECT_TRUE(line_.empty());
}

TEST_F(WaitingLineTest, TakingOverKeepsTheOrder) {
  Line other(2);
  join("a");
  other.join(waiter("b"));
  join("b");
  other.join(waiter("c", Priority::kBatch));
  join("c", Priority::kBatch);
  join("a");
  line_.take_over(other);
  EXPECT_TRUE(other.empty());
  EXPECT_EQ(line_.size(), 6U);
  EXPECT_EQ(order(), "ababcc");
}

}  // namespace
}  // namespace bedplate
