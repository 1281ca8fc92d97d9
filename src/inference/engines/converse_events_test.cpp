// A ConverseStream reply: its events in canonical form, and what is no reply.
#include "inference/engines/converse_events.hpp"

#include <gtest/gtest.h>

#include "inference/engine.hpp"

namespace bedplate::inference {
namespace {

using Kind = EngineError::Kind;

std::string frame(const std::string& message, const std::string& type, const std::string& payload) {
  protocol::Frame made;
  made.headers = {
      {.name = ":message-type", .bytes = message},
      {.name = message == "exception" ? ":exception-type" : ":event-type", .bytes = type}};
  made.payload = payload;
  return protocol::encode_frame(made);
}
std::string event(const std::string& type, const std::string& payload) {
  return frame("event", type, payload);
}
std::string delta(const std::string& payload) {
  return event("contentBlockDelta", R"({"contentBlockIndex":0,"delta":)" + payload + "}");
}
std::string exception(const std::string& type, const std::string& payload) {
  return frame("exception", type, payload);
}
std::string stopped(const std::string& reason, const std::string& more = "") {
  return event("messageStop", R"({"stopReason":")" + reason + "\"" + more + "}");
}

const std::string kStart = event("messageStart", R"({"role":"assistant","p":"abc"})");
const std::string kBlockStop = event("contentBlockStop", R"({"contentBlockIndex":0})");
const std::string kCall =
    event("contentBlockStart",
          R"({"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"tooluse_1","name":"f"}}})");
const std::string kUsage = event(
    "metadata",
    R"({"usage":{"inputTokens":7,"outputTokens":9,"totalTokens":16,"cacheReadInputTokens":20,)"
    R"("cacheWriteInputTokens":3},"metrics":{"latencyMs":1}})");
const std::string kEnd = stopped("end_turn") + kUsage;

struct Outcome {
  std::vector<GenerationEvent> events;
  std::optional<EngineError> failure;
  bool ended = false;
};

/// Feeds the stream in pieces of `step` bytes.
Outcome follow(std::string_view bytes, std::size_t step, ConverseEvents::Asked asked = {}) {
  Outcome outcome;
  ConverseEvents reply(std::move(asked));
  try {
    while (!bytes.empty() && !reply.ended()) {
      reply.feed(bytes.substr(0, step));
      bytes.remove_prefix(std::min(step, bytes.size()));
      while (!reply.ended()) {
        auto taken = reply.next();
        if (!taken) break;
        std::move(taken->events.begin(), taken->events.end(), std::back_inserter(outcome.events));
      }
    }
  } catch (const EngineError& error) {
    outcome.failure = error;
  }
  outcome.ended = reply.ended();
  return outcome;
}

std::vector<GenerationEvent> events_of(const std::string& bytes, ConverseEvents::Asked asked = {}) {
  Outcome outcome = follow(bytes, bytes.size(), std::move(asked));
  EXPECT_TRUE(outcome.ended) << (outcome.failure ? outcome.failure->what() : "no end");
  return std::move(outcome.events);
}

EngineError failure_of(const std::string& bytes) {
  const Outcome outcome = follow(bytes, bytes.size());
  if (outcome.failure) return *outcome.failure;
  ADD_FAILURE() << "no error";
  return EngineError(Kind::kNotReady, "none");
}

TEST(ConverseEventsTest, TextAndCounts) {
  const std::string bytes =
      kStart + delta(R"({"text":"Hé"})") + delta(R"({"text":"llo"})") + kBlockStop + kEnd;
  const auto events = events_of(bytes);
  ASSERT_EQ(events.size(), 4u);
  EXPECT_FALSE(std::get<GenerationStart>(events[0]).input_tokens);
  EXPECT_EQ(std::get<TextDelta>(events[1]).text, "Hé");
  EXPECT_EQ(std::get<TextDelta>(events[2]).text, "llo");
  const auto& end = std::get<GenerationEnd>(events[3]);
  EXPECT_EQ(end.reason, StopReason::kEndTurn);
  EXPECT_EQ(end.usage.input_tokens, 7);
  EXPECT_EQ(end.usage.output_tokens, 9);
  EXPECT_EQ(end.usage.cache_read_input_tokens, 20);
  EXPECT_EQ(end.usage.cache_write_input_tokens, 3);
}

TEST(ConverseEventsTest, EachEventComesWithItsLastByte) {
  const std::string first = kStart + delta(R"({"text":"a"})");
  ConverseEvents reply({});
  reply.feed(std::string_view(first).substr(0, first.size() - 1));
  EXPECT_EQ(reply.next()->events.size(), 1u);
  EXPECT_FALSE(reply.next());
  reply.feed(std::string_view(first).substr(first.size() - 1));
  const auto step = reply.next();
  ASSERT_TRUE(step);
  EXPECT_TRUE(step->token);
  EXPECT_EQ(std::get<TextDelta>(step->events.at(0)).text, "a");
}

TEST(ConverseEventsTest, CutsMakeNoDifference) {
  const std::string bytes = kStart + delta(R"({"text":"Hello"})") + kBlockStop + kEnd;
  for (const std::size_t step : {1u, 2u, 7u, 64u}) {
    const Outcome outcome = follow(bytes, step);
    EXPECT_TRUE(outcome.ended);
    EXPECT_EQ(outcome.events.size(), 3u);
  }
}

TEST(ConverseEventsTest, ThinkingAndItsSignature) {
  const auto events = events_of(kStart + delta(R"({"reasoningContent":{"text":"Let me"}})") +
                                delta(R"({"reasoningContent":{"signature":"c2ln"}})") + kBlockStop +
                                delta(R"({"text":"Hi"})") + kBlockStop + kEnd);
  EXPECT_EQ(std::get<ReasoningDelta>(events.at(1)).text, "Let me");
  EXPECT_EQ(std::get<ReasoningEnd>(events.at(2)).signature, "c2ln");
  EXPECT_EQ(std::get<TextDelta>(events.at(3)).text, "Hi");
}

TEST(ConverseEventsTest, ToolCalls) {
  const auto events = events_of(kStart + kCall + delta(R"({"toolUse":{"input":""}})") +
                                delta(R"({"toolUse":{"input":"{\"a\":"}})") +
                                delta(R"({"toolUse":{"input":"1}"}})") + kBlockStop + kCall +
                                kBlockStop + stopped("tool_use") + kUsage);
  EXPECT_EQ(std::get<ToolUseStart>(events.at(1)).name, "f");
  EXPECT_EQ(std::get<ToolInputDelta>(events.at(2)).json, "{\"a\":");
  EXPECT_EQ(std::get<ToolInputDelta>(events.at(3)).json, "1}");
  EXPECT_EQ(std::get<ToolUseStart>(events.at(4)).name, "f");
  EXPECT_EQ(std::get<ToolInputDelta>(events.at(5)).json, "{}");
  EXPECT_EQ(std::get<GenerationEnd>(events.at(6)).reason, StopReason::kToolUse);
}

TEST(ConverseEventsTest, OneCallWhereOneWasAskedFor) {
  const std::string input = delta(R"({"toolUse":{"input":"{}"}})");
  const auto events = events_of(kStart + kCall + input + kBlockStop + kCall + input + kBlockStop +
                                    stopped("tool_use") + kUsage,
                                {.stop_sequences = {}, .parallel_calls = false});
  EXPECT_EQ(events.size(), 4u);
}

TEST(ConverseEventsTest, StopSequences) {
  const auto sequence_of = [](const std::string& more, std::vector<std::string> asked) {
    const auto events = events_of(kStart + stopped("stop_sequence", more) + kUsage,
                                  {.stop_sequences = std::move(asked)});
    return std::get<GenerationEnd>(events.at(1)).stop_sequence;
  };
  EXPECT_EQ(sequence_of(R"(,"additionalModelResponseFields":{"stop_sequence":"B"})", {"A", "B"}),
            "B");
  EXPECT_EQ(sequence_of("", {"A"}), "A");
  EXPECT_EQ(sequence_of("", {"A", "B"}), "");
}

TEST(ConverseEventsTest, ReasonsToStop) {
  const std::pair<std::string, StopReason> known[] = {
      {"end_turn", StopReason::kEndTurn},
      {"max_tokens", StopReason::kMaxTokens},
      {"tool_use", StopReason::kToolUse},
      {"model_context_window_exceeded", StopReason::kContextWindowExceeded}};
  for (const auto& [name, reason] : known) {
    const auto events = events_of(kStart + stopped(name) + kUsage);
    EXPECT_EQ(std::get<GenerationEnd>(events.at(1)).reason, reason) << name;
  }
  for (const std::string name : {"guardrail_intervened", "content_filtered", "malformed_tool_use",
                                 "malformed_model_output", "novel", ""}) {
    const EngineError error = failure_of(kStart + stopped(name));
    EXPECT_EQ(error.kind, Kind::kFailed);
    EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
  }
}

TEST(ConverseEventsTest, EventsOfKindsToComeArePassedOver) {
  const std::string novel = event("novel", "{}");
  EXPECT_EQ(events_of(novel + kStart + novel + delta(R"({"novel":1})") + kEnd).size(), 2u);
}

TEST(ConverseEventsTest, BrokenFrames) {
  const std::string good = kStart + delta(R"({"text":"a"})");
  for (const std::size_t at : {8u, 30u}) {  // the prelude's checksum, a header
    std::string broken = good;
    broken[at] = static_cast<char>(broken[at] ^ 1);
    EXPECT_EQ(failure_of(broken).kind, Kind::kFailed);
  }
  std::string broken = good;
  broken.back() = static_cast<char>(broken.back() ^ 1);
  EXPECT_STREQ(failure_of(broken).what(),
               "The engine's reply is no event stream: the message's checksum is wrong.");
  EXPECT_EQ(failure_of("<html><body>Bad gateway</body></html>").kind, Kind::kFailed);
}

TEST(ConverseEventsTest, AFrameHasABound) {
  const std::string huge = delta(R"({"text":")" + std::string(1'100'000, 'x') + "\"}");
  const Outcome outcome = follow(kStart + huge.substr(0, 100), 1'000);
  ASSERT_TRUE(outcome.failure);
  EXPECT_STREQ(outcome.failure->what(),
               "The engine's reply is no event stream: the prelude's lengths are out of bounds.");
}

TEST(ConverseEventsTest, CutStreamHasNoEnd) {
  const std::string bytes = kStart + delta(R"({"text":"a"})") + kEnd;
  const Outcome outcome = follow(std::string_view(bytes).substr(0, bytes.size() - 1), 50);
  EXPECT_FALSE(outcome.ended);
  EXPECT_FALSE(outcome.failure);
}

TEST(ConverseEventsTest, NonsenseIsAnError) {
  const std::string nonsense[] = {
      kStart + kStart,
      delta(R"({"text":"a"})"),
      kEnd,
      kStart + kUsage,
      kStart + stopped("end_turn") + stopped("end_turn"),
      kStart + stopped("end_turn") + delta(R"({"text":"a"})"),
      kStart + stopped("end_turn") + event("metadata", "{}"),
      kStart + event("contentBlockDelta", "{}"),
      kStart + event("contentBlockDelta", "[]"),
      kStart + event("contentBlockDelta", "{"),
      kStart + event("contentBlockStart", "{}"),
      kStart + event("contentBlockStart", R"({"start":{"image":{}}})"),
      kStart + event("contentBlockStart", R"({"start":{"toolUse":{}}})"),
      kStart + delta(R"({"toolUse":{"input":"{}"}})"),
      kStart + delta(R"({"image":{}})"),
      kStart + frame("novel", "messageStop", "{}"),
  };
  for (const std::string& bytes : nonsense) EXPECT_EQ(failure_of(bytes).kind, Kind::kFailed);
  const EngineError redacted =
      failure_of(kStart + delta(R"({"reasoningContent":{"redactedContent":"AAAA"}})"));
  EXPECT_STREQ(redacted.what(), "The model redacted its thinking, which cannot be handed on.");
}

TEST(ConverseEventsTest, ExceptionsBeforeAndWithinAReply) {
  struct Case {
    std::string type;
    Kind before;
    Kind within;
  };
  const Case cases[] = {
      {"throttlingException", Kind::kBusy, Kind::kFailed},
      {"serviceUnavailableException", Kind::kUnavailable, Kind::kFailed},
      {"internalServerException", Kind::kFailed, Kind::kFailed},
      {"modelStreamErrorException", Kind::kFailed, Kind::kFailed},
      {"validationException", Kind::kInvalidRequest, Kind::kInvalidRequest},
      {"novelException", Kind::kFailed, Kind::kFailed},
  };
  for (const Case& each : cases) {
    const std::string bytes = exception(each.type, R"({"message":"Because."})");
    EXPECT_EQ(failure_of(bytes).kind, each.before) << each.type;
    const EngineError within = failure_of(kStart + bytes);
    EXPECT_EQ(within.kind, each.within) << each.type;
    EXPECT_STREQ(within.what(), "Because.");
  }
}

TEST(ConverseEventsTest, ExceptionsTellWhatTheModelAnswered) {
  const EngineError slow =
      failure_of(kStart + exception("modelStreamErrorException",
                                    R"({"message":"Slow.","originalStatusCode":408})"));
  EXPECT_EQ(slow.kind, Kind::kTimeout);
  const EngineError broken =
      failure_of(kStart + exception("modelStreamErrorException", R"({"originalStatusCode":502})"));
  EXPECT_EQ(broken.http_status, 502);
  EXPECT_STREQ(broken.what(), "The engine gave no reason.");
  EXPECT_EQ(failure_of(frame("error", "x", "")).kind, Kind::kFailed);
}

}  // namespace
}  // namespace bedplate::inference
