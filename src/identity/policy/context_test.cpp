#include "identity/policy/context.hpp"

#include <gtest/gtest.h>

namespace bedplate::identity::policy {
namespace {

TEST(PolicyContext, FindsEachOfManyKeysWhateverItsCase) {
  Context context;
  constexpr int kKeys = 300;  // more than the table has room for
  for (int i = 0; i < kKeys; ++i) context.set("aws:Key/" + std::to_string(i), std::to_string(i));
  for (int i = 0; i < kKeys; ++i) {
    const std::string* value = context.find_single(ContextKey("AWS:KEY/" + std::to_string(i)));
    ASSERT_NE(value, nullptr) << i;
    EXPECT_EQ(*value, std::to_string(i));
  }
  EXPECT_EQ(context.find(ContextKey("aws:Key/x")), nullptr);
}

TEST(PolicyContext, SetReplacesAndAddAppends) {
  Context context;
  context.set("a", "1");
  context.set("A", "2");
  EXPECT_EQ(*context.find(ContextKey("a")), std::vector<std::string>{"2"});
  context.add("a", "3");
  EXPECT_EQ(*context.find(ContextKey("a")), (std::vector<std::string>{"2", "3"}));
  EXPECT_EQ(context.find_single(ContextKey("a")), nullptr);
  context.set("a", std::vector<std::string>{});
  EXPECT_EQ(context.find(ContextKey("a")), nullptr);
}

}  // namespace
}  // namespace bedplate::identity::policy
