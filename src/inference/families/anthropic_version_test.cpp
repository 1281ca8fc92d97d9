#include "inference/families/anthropic_version.hpp"

#include <gtest/gtest.h>

#include "base/api_error.hpp"

namespace bedplate::inference {
namespace {

std::string refusal_of(std::string_view version, std::string_view body) {
  try {
    check_messages_version(version, boost::json::parse(body).as_object());
  } catch (const ApiError& error) {
    EXPECT_EQ(error.type, "ValidationException");
    return error.what();
  }
  return "";
}

TEST(AnthropicVersion, KnowsTheVersions) {
  EXPECT_TRUE(is_messages_version("bedrock-2023-05-31"));
  EXPECT_TRUE(is_messages_version("2026-10-21"));
  EXPECT_FALSE(is_messages_version("2023-06-01"));
  EXPECT_FALSE(is_messages_version(""));
}

// What the version of 2026 took away, at its default values too; the one before takes it all.
TEST(AnthropicVersion, RefusesWhatWasTakenAway) {
  struct Case {
    const char* body;
    const char* refusal;
  };
  for (const Case& each : {
           Case{R"({"temperature":1})", "temperature: Extra inputs are not permitted"},
           Case{R"({"top_p":0.999})", "top_p: Extra inputs are not permitted"},
           Case{R"({"top_k":null})", "top_k: Extra inputs are not permitted"},
           Case{R"({"messages":[{"role":"user","content":"x"},
                   {"role":"assistant","content":[{"type":"text"},{"type":"document"}]}]})",
                "messages.1.content.1: document blocks are not permitted in assistant messages"},
           Case{R"({"messages":[{"role":"user",
                   "content":[{"type":"text","text":"x","citations":[1]}]}]})",
                "messages.0.content.0.citations: Extra inputs are not permitted"},
       }) {
    EXPECT_EQ(refusal_of(kMessages2026, each.body), each.refusal);
    EXPECT_EQ(refusal_of(kMessages2023, each.body), "");
  }
}

TEST(AnthropicVersion, LeavesTheRestToTheFamily) {
  for (const char* body :
       {"{}", R"({"messages":5})", R"({"messages":[5]})", R"({"messages":[{"content":[5]}]})",
        R"({"messages":[{"role":"user","content":[{"type":"document","citations":{}}]},
            {"role":"assistant","content":[{"type":"text","citations":[1]}]},
            {"role":"user","content":[{"type":"text","citations":[]}]}]})"}) {
    EXPECT_EQ(refusal_of(kMessages2026, body), "") << body;
  }
}

}  // namespace
}  // namespace bedplate::inference
