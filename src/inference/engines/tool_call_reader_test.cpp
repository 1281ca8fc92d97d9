#include "inference/engines/tool_call_reader.hpp"

#include <gtest/gtest.h>

namespace bedplate::inference {
namespace {

struct Read {
  std::string text;
  std::vector<std::pair<std::string, std::string>> calls;  ///< names and inputs
  bool operator==(const Read&) const = default;
};

/// `text` in pieces of `step` bytes.
Read read(ToolReply mode, const std::string& text, std::size_t step) {
  ToolCallReader reader(mode);
  std::vector<GenerationEvent> events;
  for (std::size_t at = 0; at < text.size(); at += step) {
    reader.take(std::string_view(text).substr(at, step), events);
  }
  reader.finish(events);
  Read result;
  for (const GenerationEvent& event : events) {
    if (const auto* delta = std::get_if<TextDelta>(&event)) {
      EXPECT_FALSE(delta->text.empty());
      result.text += delta->text;
    } else if (const auto* call = std::get_if<ToolUseStart>(&event)) {
      result.calls.emplace_back(call->name, "");
    } else {
      result.calls.back().second += std::get<ToolInputDelta>(event).json;
    }
  }
  return result;
}

/// However the text is cut.
Read read(ToolReply mode, const std::string& text) {
  const Read whole = read(mode, text, text.size() + 1);
  for (std::size_t step = 1; step < 12; ++step) EXPECT_EQ(read(mode, text, step), whole) << step;
  return whole;
}

using Calls = std::vector<std::pair<std::string, std::string>>;

TEST(ToolCallReader, PassesTextOfServersThatReportCalls) {
  const std::string text = "a <tool_call>{}</tool_call>";
  EXPECT_EQ(read(ToolReply::kNative, text), (Read{text, {}}));
}

TEST(ToolCallReader, FindsCallsBetweenTags) {
  const Read found = read(ToolReply::kTagged,
                          "I look.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n"
                          "</tool_call>\n<tool_call>{\"name\":\"g\"}</tool_call>");
  EXPECT_EQ(found.text, "I look.");
  EXPECT_EQ(found.calls, (Calls{{"f", "{\"a\":1}"}, {"g", "{}"}}));
}

TEST(ToolCallReader, TakesACallWithoutItsClosingTag) {
  EXPECT_EQ(read(ToolReply::kTagged, "<tool_call>{\"name\":\"f\",\"arguments\":{}}").calls,
            (Calls{{"f", "{}"}}));
}

TEST(ToolCallReader, WhatIsNoCallIsText) {
  for (const std::string text :
       {"a < b and a <tool b", "ends in <tool_", "<tool_call>no JSON</tool_call>",
        "<tool_call>{\"arguments\":{}}</tool_call> x", "<tool_call>{\"name\": ", "blank \n"}) {
    EXPECT_EQ(read(ToolReply::kTagged, text), (Read{text, {}}));
  }
}

TEST(ToolCallReader, PassesAForcedCallsInputAsItIsWritten) {
  const std::string input = R"({"text": "a } \" ] \\", "list": [{}, 1], "n": {"m": null}})";
  const Read found =
      read(ToolReply::kForced, "{ \"name\": \"f-1\",\n \"arguments\": " + input + " }");
  EXPECT_EQ(found, (Read{"", {{"f-1", input}}}));
}

TEST(ToolCallReader, AForcedCallMayBreakOff) {
  EXPECT_EQ(read(ToolReply::kForced, R"({"name": "f", "arguments": {"a": "b)").calls,
            (Calls{{"f", R"({"a": "b)"}}));
  EXPECT_EQ(read(ToolReply::kForced, R"({"name": "f", "argu)"), Read());
}

}  // namespace
}  // namespace bedplate::inference
