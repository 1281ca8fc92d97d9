#include "async/admission.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <optional>

namespace bedplate {
namespace {

using Permit = Admission::Permit;
using Answer = std::optional<Permit>;  // nothing: still waiting

constexpr std::chrono::hours kForEver{1};

Task<> ask(std::shared_ptr<Admission> admission, SlotClaim claim,
           std::chrono::milliseconds wait_max, std::shared_ptr<Answer> answer) {
  *answer = co_await admission->acquire(wait_max, std::move(claim));
}

class AdmissionTest : public testing::Test {
 protected:
  std::shared_ptr<Answer> ask_for(const std::string& holder,
                                  std::chrono::milliseconds wait_max = kForEver) {
    return claim({"account", holder}, wait_max);
  }
  std::shared_ptr<Answer> ask_of(const std::string& account,
                                 Priority priority = Priority::kInteractive) {
    return claim({account, {}, priority}, kForEver);
  }
  std::shared_ptr<Answer> claim(SlotClaim wanted, std::chrono::milliseconds wait_max) {
    auto answer = std::make_shared<Answer>();
    boost::asio::co_spawn(loop_.get_executor(),
                          ask(admission_, std::move(wanted), wait_max, answer),
                          [](const std::exception_ptr&) {});
    settle();
    return answer;
  }
  /// Runs whatever can run now.
  void settle() {
    loop_.restart();
    loop_.poll();
  }
  void give_back(const std::shared_ptr<Answer>& answer) {
    (*answer)->release();
    settle();
  }
  static bool waits(const std::shared_ptr<Answer>& answer) { return !answer->has_value(); }
  static bool refused(const std::shared_ptr<Answer>& answer) { return *answer && !**answer; }
  static bool admitted(const std::shared_ptr<Answer>& answer) { return *answer && **answer; }

  boost::asio::io_context loop_;
  std::shared_ptr<Admission> admission_ = std::make_shared<Admission>(2, 2);
};

TEST_F(AdmissionTest, FirstComeFirstServedAndTheQueueIsBounded) {
  const auto one = ask_for("");
  const auto two = ask_for("");
  const auto three = ask_for("");
  const auto four = ask_for("");
  const auto five = ask_for("");
  EXPECT_TRUE(admitted(one) && admitted(two));
  EXPECT_TRUE(waits(three) && waits(four));
  EXPECT_TRUE(refused(five));
  EXPECT_EQ(admission_->waiting(), 2U);
  give_back(two);
  EXPECT_TRUE(admitted(three) && waits(four));
  give_back(one);
  EXPECT_TRUE(admitted(four));
}

TEST_F(AdmissionTest, WaitingEndsAtItsTime) {
  const auto one = ask_for("");
  const auto two = ask_for("");
  const auto late = ask_for("", std::chrono::milliseconds(0));
  loop_.restart();
  while (waits(late) && loop_.run_one() > 0) {
  }
  EXPECT_TRUE(refused(late));
  EXPECT_EQ(admission_->waiting(), 0U);
}

TEST_F(AdmissionTest, AccountsTakeTurns) {
  const auto one = ask_of("flood");
  const auto two = ask_of("flood");
  const auto third = ask_of("flood");
  const auto fourth = ask_of("flood");
  const auto other = ask_of("other");
  EXPECT_TRUE(refused(fourth) && waits(other)) << "there was no place for both";
  give_back(one);
  EXPECT_TRUE(admitted(third) && waits(other));
  const auto fifth = ask_of("flood");
  EXPECT_TRUE(waits(fifth));
  give_back(two);
  EXPECT_TRUE(admitted(other) && waits(fifth));
  give_back(third);
  EXPECT_TRUE(admitted(fifth));
}

TEST_F(AdmissionTest, BatchWaitsForAllOthers) {
  const auto one = ask_of("a");
  const auto two = ask_of("a");
  const auto batch = ask_of("b", Priority::kBatch);
  const auto three = ask_of("a");
  give_back(one);
  EXPECT_TRUE(admitted(three) && waits(batch));
  give_back(two);
  EXPECT_TRUE(admitted(batch)) << "nobody else waits";
}

// What a holder has beyond its own slots stands in one line with all others.
TEST_F(AdmissionTest, AHolderAndTheOthersTakeTurns) {
  ASSERT_TRUE(admission_->reserve("team", 1));
  const auto own = claim({"a", "team"}, kForEver);
  const auto shared = claim({"a", "team"}, kForEver);
  const auto batch = claim({"a", "team", Priority::kBatch}, kForEver);
  const auto other = ask_of("b");
  give_back(shared);
  EXPECT_TRUE(admitted(other) && waits(batch));
  give_back(own);
  EXPECT_TRUE(admitted(batch)) << "its own slot is for its batch, too";
}

TEST_F(AdmissionTest, OthersCannotTakeWhatIsSetAside) {
  ASSERT_TRUE(admission_->reserve("team", 1));
  EXPECT_EQ(admission_->unreserved(), 1U);
  const auto one = ask_for("");
  const auto flood = ask_for("");
  const auto stranger = ask_for("nobody knows");  // is everybody
  EXPECT_TRUE(admitted(one) && waits(flood) && waits(stranger));
  const auto team = ask_for("team");
  EXPECT_TRUE(admitted(team));
  give_back(team);
  EXPECT_TRUE(waits(flood)) << "the team's slot went to everybody";
  EXPECT_TRUE(admitted(ask_for("team")));
}

TEST_F(AdmissionTest, AHolderBeyondItsOwnTakesItsTurnWithTheOthers) {
  ASSERT_TRUE(admission_->reserve("team", 1));
  const auto own = ask_for("team");
  const auto shared = ask_for("team");
  EXPECT_TRUE(admitted(own) && admitted(shared));
  const auto first = ask_for("");
  const auto second = ask_for("team");
  give_back(shared);
  EXPECT_TRUE(admitted(first) && waits(second));
  give_back(own);
  EXPECT_TRUE(admitted(second)) << "its own slot is free";
}

TEST_F(AdmissionTest, AFloodDoesNotFillTheHoldersQueue) {
  ASSERT_TRUE(admission_->reserve("team", 1));
  const auto own = ask_for("team");
  const auto one = ask_for("");
  const auto two = ask_for("");
  const auto three = ask_for("");
  EXPECT_TRUE(refused(ask_for("")));
  const auto team = ask_for("team");
  EXPECT_TRUE(waits(team));
  give_back(own);
  EXPECT_TRUE(admitted(team) && waits(two) && waits(three));
}

TEST_F(AdmissionTest, NoMoreCanBeSetAsideThanThereIs) {
  EXPECT_FALSE(admission_->reserve("team", 3));
  EXPECT_TRUE(admission_->reserve("team", 1));
  EXPECT_FALSE(admission_->reserve("other", 2));
  EXPECT_TRUE(admission_->reserve("team", 2)) << "instead of what it had";
  EXPECT_EQ(admission_->unreserved(), 0U);
  EXPECT_TRUE(refused(ask_for(""))) << "waiting would be in vain";
  EXPECT_TRUE(admission_->reserve("team", 0));
  EXPECT_TRUE(admitted(ask_for("")));
}

TEST_F(AdmissionTest, SlotsInUseAreSetAsideAsTheyBecomeFree) {
  const auto one = ask_for("");
  const auto two = ask_for("");
  ASSERT_TRUE(admission_->reserve("team", 1));
  EXPECT_FALSE(admission_->is_clear());
  const auto waiting = ask_for("");
  const auto team = ask_for("team");
  EXPECT_TRUE(waits(team)) << "more permits than slots";
  give_back(one);
  EXPECT_TRUE(admitted(team) && waits(waiting));
  EXPECT_TRUE(admission_->is_clear());
  give_back(two);
  EXPECT_TRUE(admitted(waiting));
}

TEST_F(AdmissionTest, WhatIsReleasedIsForEverybodyAgain) {
  ASSERT_TRUE(admission_->reserve("team", 2));
  const auto one = ask_for("team");
  const auto two = ask_for("team");
  const auto waiting = ask_for("team");
  admission_->release("team");
  EXPECT_EQ(admission_->unreserved(), 2U);
  const auto other = ask_for("");
  EXPECT_TRUE(waits(waiting) && waits(other));
  give_back(one);
  EXPECT_TRUE(admitted(waiting) && waits(other));
  give_back(two);
  EXPECT_TRUE(admitted(other));
  give_back(waiting);
  give_back(other);
  EXPECT_TRUE(admitted(ask_for("")) && admission_->is_clear());
  admission_->release("team");  // is nothing
  EXPECT_EQ(admission_->unreserved(), 2U);
}

// What batch inference asks with.
TEST_F(AdmissionTest, BatchTakesWhatIsFreeAndItsPatienceHasNoEnd) {
  const auto ask_for_batch = [this] { return ask_of("b", Priority::kBatch); };
  const auto one = ask_for_batch();
  const auto two = ask_for_batch();
  EXPECT_TRUE(admitted(one) && admitted(two)) << "all slots, while nobody else wants any";
  const auto three = claim({"b", "", Priority::kBatch}, std::chrono::milliseconds(0));
  const auto four = ask_for_batch();
  const auto five = ask_for_batch();
  EXPECT_TRUE(waits(three) && waits(four) && waits(five)) << "its time and its queue do not end";
  EXPECT_EQ(admission_->waiting(), 0U);
  const auto interactive = ask_of("a");
  EXPECT_TRUE(waits(interactive));
  give_back(one);
  EXPECT_TRUE(admitted(interactive) && waits(three)) << "came last and goes first";
  give_back(two);
  EXPECT_TRUE(admitted(three) && waits(four));
  give_back(interactive);
  EXPECT_TRUE(admitted(four) && waits(five));
}

TEST_F(AdmissionTest, BatchWaitsWhileEverythingIsSetAside) {
  ASSERT_TRUE(admission_->reserve("team", 2));
  const auto batch = ask_of("b", Priority::kBatch);
  EXPECT_TRUE(waits(batch));
  EXPECT_TRUE(refused(ask_for("")));
  admission_->release("team");
  settle();
  EXPECT_TRUE(admitted(batch));
}

}  // namespace
}  // namespace bedplate
