#include "protocol/validation.hpp"

#include <gtest/gtest.h>

namespace bedplate::protocol {
namespace {

TEST(Path, CountsFromOneForTheFrameworkAndFromZeroForTheService) {
  Path path;
  path.push_member("messages");
  path.push_index(0);
  path.push_member("content");
  path.push_index(2);
  EXPECT_EQ(path.framework_text(), "messages.1.member.content.3.member");
  EXPECT_EQ(path.service_text(), "messages.0.content.2");
  path.pop();
  path.push_key("k");
  EXPECT_EQ(path.framework_text(), "messages.1.member.content.k.member");
  EXPECT_EQ(path.service_text(), "messages.0.content.k");
}

TEST(Violations, SayHowManyThereAre) {
  Path path;
  path.push_member("a");
  Violations violations;
  EXPECT_TRUE(violations.empty());
  violations.add("null", path, "Member must not be null");
  EXPECT_EQ(violations.message(),
            "1 validation error detected: Value null at 'a' failed to satisfy constraint: "
            "Member must not be null");
  violations.add("", path, "Member must be nice");
  EXPECT_EQ(violations.message(),
            "2 validation errors detected: Value null at 'a' failed to satisfy constraint: "
            "Member must not be null; Value at 'a' failed to satisfy constraint: Member must be "
            "nice");
}

TEST(Violations, StayBoundedWhateverTheRequest) {
  Path path;
  path.push_member("a");
  Violations violations;
  for (int i = 0; i < 100'000; ++i) violations.add("'x'", path, "Member must be nice");
  EXPECT_TRUE(violations.message().starts_with("100000 validation errors detected: "));
  EXPECT_LT(violations.message().size(), 40'000u);
}

TEST(Quoted, CutsALongValueBetweenCharacters) {
  EXPECT_EQ(in_quotes("it's"), "'it's'");
  std::string text = "x";
  for (int i = 0; i < 1000; ++i) text += "\xc3\xa9";
  const std::string cut = in_quotes(text);
  EXPECT_LT(cut.size(), 1100u);
  EXPECT_TRUE(cut.ends_with("\xc3\xa9...'")) << cut;
}

TEST(JavaNumber, PrintsAsJavaDoes) {
  EXPECT_EQ(java_number(32424), "32424.0");
  EXPECT_EQ(java_number(1.1), "1.1");
  EXPECT_EQ(java_number(-0.5), "-0.5");
  EXPECT_EQ(java_number(0), "0.0");
  EXPECT_EQ(java_number(1e10), "1.0E10");
  EXPECT_EQ(java_number(1.5e-7), "1.5E-7");
}

}  // namespace
}  // namespace bedplate::protocol
