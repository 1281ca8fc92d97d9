// A streamed Message: its events in canonical form, and what is no reply.
#include "inference/engines/messages_stream.hpp"

#include <gtest/gtest.h>

#include "inference/engine.hpp"

namespace bedplate::inference {
namespace {

constexpr const char* kStart =
    R"({"type":"message_start","message":{"usage":{"input_tokens":7,"output_tokens":1,)"
    R"("cache_read_input_tokens":20,"cache_creation_input_tokens":3}}})";
constexpr const char* kCall =
    R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","name":"f"}})";
constexpr const char* kBlockStop = R"({"type":"content_block_stop","index":0})";
constexpr const char* kStop = R"({"type":"message_stop"})";

std::string stopped(const std::string& reason) {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + reason +
         R"("},"usage":{"output_tokens":9}})";
}

std::vector<GenerationEvent> events_of(const std::vector<std::string>& data) {
  MessagesStream stream;
  std::vector<GenerationEvent> all;
  for (const std::string& each : data) {
    StreamStep step = stream.take(each);
    std::move(step.events.begin(), step.events.end(), std::back_inserter(all));
  }
  EXPECT_TRUE(stream.ended());
  return all;
}

EngineError failure_of(const std::vector<std::string>& data) {
  MessagesStream stream;
  try {
    for (const std::string& each : data) stream.take(each);
  } catch (const EngineError& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return EngineError(EngineError::Kind::kFailed, "none");
}

TEST(MessagesStreamTest, CountsEverythingAsBedrockDoes) {
  const auto events = events_of({kStart, stopped("end_turn"), kStop});
  const auto& start = std::get<GenerationStart>(events.at(0));
  EXPECT_EQ(start.input_tokens, 7);
  EXPECT_EQ(start.cache_read_input_tokens, 20);
  EXPECT_EQ(start.cache_write_input_tokens, 3);
  const auto& end = std::get<GenerationEnd>(events.at(1));
  EXPECT_EQ(end.usage.output_tokens, 9);
  EXPECT_EQ(end.usage.input_tokens, 7);
  EXPECT_EQ(end.reason, StopReason::kEndTurn);
}

TEST(MessagesStreamTest, TellsTheTokensOfThinkingWhereTheyAreTold) {
  const std::string told =
      R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9,)"
      R"("output_tokens_details":{"thinking_tokens":6}}})";
  const auto thinking = [](const std::string& end) {
    return std::get<GenerationEnd>(events_of({kStart, end, kStop}).at(1)).usage.reasoning_tokens;
  };
  EXPECT_EQ(thinking(told), 6);
  EXPECT_EQ(thinking(stopped("end_turn")), std::nullopt);
}

TEST(MessagesStreamTest, CallWithoutInputHasAnEmptyObject) {
  const auto events = events_of({kStart, kCall, kBlockStop, stopped("tool_use"), kStop});
  EXPECT_EQ(std::get<ToolUseStart>(events.at(1)).name, "f");
  EXPECT_EQ(std::get<ToolInputDelta>(events.at(2)).json, "{}");
  EXPECT_EQ(std::get<GenerationEnd>(events.at(3)).reason, StopReason::kToolUse);
}

TEST(MessagesStreamTest, EventsOfKindsToComeArePassedOver) {
  EXPECT_EQ(events_of({R"({"type":"novel"})", kStart, stopped("max_tokens"), kStop}).size(), 2u);
}

TEST(MessagesStreamTest, OverloadedIsBusyOnlyBeforeTheReply) {
  const std::string error =
      R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})";
  EXPECT_EQ(failure_of({error}).kind, EngineError::Kind::kBusy);
  EXPECT_EQ(failure_of({kStart, error}).kind, EngineError::Kind::kFailed);
}

TEST(MessagesStreamTest, NonsenseIsAnError) {
  for (const std::string data :
       {"", "[]", "{", R"({"type":"message_start"})", R"({"type":"content_block_delta"})",
        R"({"type":"message_stop"})", R"({"type":"error"})"}) {
    EXPECT_EQ(failure_of({data}).kind, EngineError::Kind::kFailed) << data;
  }
  EXPECT_STREQ(failure_of({kStart, stopped("refusal")}).what(), "The model refused to go on.");
  EXPECT_EQ(failure_of({kStart, kStart}).kind, EngineError::Kind::kFailed);
}

}  // namespace
}  // namespace bedplate::inference
