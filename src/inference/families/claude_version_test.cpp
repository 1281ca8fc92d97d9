// Model ids of Claude.
#include "inference/families/claude_version.hpp"

#include <gtest/gtest.h>

namespace bedplate::inference {
namespace {

TEST(ClaudeVersion, IsReadFromEverySpellingOfItsId) {
  const auto version = [](std::string_view id) {
    const ClaudeVersion read = claude_version(id);
    return std::to_string(read.major) + "." + std::to_string(read.minor);
  };
  EXPECT_EQ(version("anthropic.claude-opus-4-8"), "4.8");
  EXPECT_EQ(version("us.anthropic.claude-opus-4-8"), "4.8");
  EXPECT_EQ(version("anthropic.claude-haiku-4-5-20251001-v1:0"), "4.5");
  EXPECT_EQ(version("anthropic.claude-opus-4-6-v1"), "4.6");
  EXPECT_EQ(version("anthropic.claude-opus-4-20250514-v1:0"), "4.0");
  EXPECT_EQ(version("anthropic.claude-sonnet-5"), "5.0");
  EXPECT_EQ(version("anthropic.claude-fable-5-1"), "5.1");
  EXPECT_EQ(version("anthropic.claude-3-5-sonnet-20241022-v2:0:18k"), "3.5");
  EXPECT_EQ(version("anthropic.claude-opus-10-2"), "10.2");
  for (const char* none : {"anthropic.claude-v2:1", "anthropic.claude-instant-v1", "", "claude-",
                           "amazon.nova-2-lite-v1:0", "anthropic.claude-20250514"}) {
    EXPECT_EQ(version(none), "0.0") << none;
  }
  EXPECT_LT(claude_version("anthropic.claude-opus-4-7"), kClaude48);
  EXPECT_GE(claude_version("anthropic.claude-sonnet-5"), kClaude48);
}

}  // namespace
}  // namespace bedplate::inference
