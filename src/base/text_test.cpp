#include "base/text.hpp"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

TEST(Text, IsBlankWithoutOtherCharacters) {
  for (const char* text : {"", " ", "\t\r\n "}) EXPECT_TRUE(is_blank(text));
  for (const char* text : {"a", " a", "\xC2\xA0", "\v"}) EXPECT_FALSE(is_blank(text));
}

TEST(Text, IsTrimmedAtBothEnds) {
  EXPECT_EQ(trimmed(" \n a b\t"), "a b");
  EXPECT_EQ(trimmed("a"), "a");
  EXPECT_EQ(trimmed(" \r\n"), "");
  EXPECT_EQ(trimmed(""), "");
}

}  // namespace
}  // namespace bedplate
