#include "inference/engines/chat_stream.hpp"

#include <gmock/gmock.h>

#include "inference/engine.hpp"

namespace bedplate::inference {
namespace {

using Kind = EngineError::Kind;
using testing::ElementsAre;

struct Followed {
  std::vector<std::optional<std::int64_t>> starts;
  std::vector<std::string> texts;
  std::vector<std::string> thoughts;
  std::vector<std::string> calls;  ///< "name:input"
  std::vector<TokenProbability> tokens;
  std::optional<GenerationEnd> end;
};

Followed follow(const ReplyShape& shape, const std::vector<std::string>& events) {
  ChatStream stream(shape);
  Followed followed;
  for (const std::string& data : events) {
    StreamStep step = stream.take(data);
    for (GenerationEvent& event : step.events) {
      if (auto* start = std::get_if<GenerationStart>(&event)) {
        followed.starts.push_back(start->input_tokens);
      } else if (auto* text = std::get_if<TextDelta>(&event)) {
        followed.texts.push_back(text->text);
        for (const TokenProbability& token : text->tokens) followed.tokens.push_back(token);
      } else if (auto* thought = std::get_if<ReasoningDelta>(&event)) {
        followed.thoughts.push_back(thought->text);
      } else if (auto* call = std::get_if<ToolUseStart>(&event)) {
        followed.calls.push_back(call->name + ":");
      } else if (auto* input = std::get_if<ToolInputDelta>(&event)) {
        followed.calls.back() += input->json;
      } else {
        followed.end = std::get<GenerationEnd>(event);
      }
    }
  }
  EXPECT_EQ(stream.ended(), followed.end.has_value());
  return followed;
}

Followed follow(ReplyFormat format, std::optional<std::int64_t> max_tokens,
                const std::vector<std::string>& events) {
  return follow(ReplyShape{.format = format, .max_tokens = max_tokens}, events);
}

std::optional<Kind> failure(ReplyFormat format, const std::vector<std::string>& events) {
  try {
    follow(format, 10, events);
  } catch (const EngineError& error) {
    return error.kind;
  }
  return std::nullopt;
}

std::string delta(const std::string& text) {
  return R"({"choices":[{"finish_reason":null,"index":0,"delta":{"content":")" + text +
         R"("}}],"object":"chat.completion.chunk"})";
}
std::string finish(const std::string& reason, const std::string& more_of_choice = "",
                   const std::string& more = "") {
  return R"({"choices":[{"finish_reason":")" + reason + R"(","index":0,"delta":{})" +
         more_of_choice + "}]" + more + "}";
}
std::string usage(int prompt, int completion) {
  return R"({"choices":[],"usage":{"completion_tokens":)" + std::to_string(completion) +
         R"(,"prompt_tokens":)" + std::to_string(prompt) + "}}";
}
const std::string kRole =
    R"({"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}]})";

// As llama-server sends it when asked for return_progress and verbose.
TEST(ChatStream, FollowsLlamaServersChat) {
  const std::string progress =
      R"({"choices":[{"finish_reason":null,"index":0,)"
      R"("delta":{"role":"assistant","content":null}}],)"
      R"("prompt_progress":{"total":25,"cache":24,"processed":24,"time_ms":0}})";
  const Followed followed = follow(
      ReplyFormat::kChat, 10,
      {progress, progress, kRole, delta("Hel"), delta("lo"),
       finish("stop", "", R"(,"__verbose":{"stop":true,"stop_type":"word","stopping_word":"END"})"),
       usage(25, 3), "[DONE]"});
  EXPECT_THAT(followed.starts, ElementsAre(25));
  EXPECT_THAT(followed.texts, ElementsAre("Hel", "lo"));
  ASSERT_TRUE(followed.end);
  EXPECT_EQ(followed.end->reason, StopReason::kStopSequence);
  EXPECT_EQ(followed.end->stop_sequence, "END");
  EXPECT_EQ(followed.end->usage.input_tokens, 25);
  EXPECT_EQ(followed.end->usage.output_tokens, 3);
  EXPECT_EQ(followed.end->usage.cache_read_input_tokens, 24);
}

TEST(ChatStream, FollowsLlamaServersRawCompletion) {
  const Followed followed = follow(
      ReplyFormat::kNative, 10,
      {R"({"index":0,"content":"","stop":false,"tokens_predicted":0,"tokens_evaluated":7})",
       R"({"index":0,"content":"hi","stop":false,"tokens_predicted":1,"tokens_evaluated":7})",
       R"({"stop":true,"content":"","tokens_predicted":2,"tokens_evaluated":7,)"
       R"("stopping_word":"","stop_type":"eos"})"});
  EXPECT_THAT(followed.starts, ElementsAre(7));
  EXPECT_THAT(followed.texts, ElementsAre("hi"));
  ASSERT_TRUE(followed.end);
  EXPECT_EQ(followed.end->reason, StopReason::kEndTurn);
  EXPECT_EQ(followed.end->usage.output_tokens, 2);
}

TEST(ChatStream, FollowsVllm) {
  const std::string first =
      R"({"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],)"
      R"("usage":{"prompt_tokens":9,"total_tokens":9,"completion_tokens":0}})";
  const Followed followed = follow(
      ReplyFormat::kChat, 10,
      {first, delta("a"), finish("stop", R"(,"stop_reason":"\n\nHuman:")"), usage(9, 2), "[DONE]"});
  EXPECT_THAT(followed.starts, ElementsAre(9));
  EXPECT_EQ(followed.end->reason, StopReason::kStopSequence);
  EXPECT_EQ(followed.end->stop_sequence, "\n\nHuman:");
}

TEST(ChatStream, FollowsPlainOpenAi) {
  const Followed followed =
      follow(ReplyFormat::kChat, std::nullopt,
             {kRole, delta("a"), finish("stop", R"(,"stop_reason":128009)"), "[DONE]"});
  EXPECT_THAT(followed.starts, ElementsAre(std::nullopt));
  EXPECT_EQ(followed.end->reason, StopReason::kEndTurn) << "a token's number is no sequence";
}

TEST(ChatStream, FollowsTextCompletions) {
  const Followed followed = follow(
      ReplyFormat::kCompletion, 1,
      {R"({"choices":[{"index":0,"text":"x","finish_reason":null}]})",
       R"({"choices":[{"index":0,"text":"y","finish_reason":"length"}]})", usage(4, 1), "[DONE]"});
  EXPECT_THAT(followed.texts, ElementsAre("x", "y"));
  EXPECT_EQ(followed.end->reason, StopReason::kMaxTokens);
}

// "length" means either limit; only the count tells which.
TEST(ChatStream, TellsMaxTokensFromAFullContext) {
  const auto reason = [](std::optional<std::int64_t> max_tokens, int produced) {
    return follow(ReplyFormat::kChat, max_tokens,
                  {kRole, finish("length"), usage(5, produced), "[DONE]"})
        .end->reason;
  };
  EXPECT_EQ(reason(10, 10), StopReason::kMaxTokens);
  EXPECT_EQ(reason(10, 9), StopReason::kContextWindowExceeded);
  EXPECT_EQ(reason(std::nullopt, 9), StopReason::kContextWindowExceeded);
  EXPECT_EQ(reason(10, 0), StopReason::kMaxTokens) << "the server does not count";
}

TEST(ChatStream, CountsReasoningAsProgressButNotAsText) {
  ChatStream stream(ReplyShape{.max_tokens = 5});
  const StreamStep step =
      stream.take(R"({"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]})");
  EXPECT_TRUE(step.token);
  ASSERT_EQ(step.events.size(), 2U);
  EXPECT_EQ(std::get<ReasoningDelta>(step.events[1]).text, "hm");
}

// llama-server tells with each token how many there have been; others tell at the end.
TEST(ChatStream, CountsTheTokensOfThinking) {
  const auto thought = [](int tokens) {
    return R"({"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}],)"
           R"("timings":{"predicted_n":)" +
           std::to_string(tokens) + "}}";
  };
  const std::string text = R"({"choices":[{"index":0,"delta":{"content":"Hi"}}],)"
                           R"("timings":{"predicted_n":9}})";
  const auto thinking = [](const std::vector<std::string>& data) {
    return follow(ReplyFormat::kChat, 10, data).end->usage.reasoning_tokens;
  };
  EXPECT_EQ(thinking({kRole, thought(2), thought(5), text, finish("stop"), usage(3, 9), "[DONE]"}),
            5);
  EXPECT_EQ(thinking({kRole, text, finish("stop"), usage(3, 9), "[DONE]"}), std::nullopt);
  EXPECT_EQ(thinking({kRole, delta("Hi"), finish("stop"),
                      R"({"choices":[],"usage":{"completion_tokens":9,"prompt_tokens":3,)"
                      R"("completion_tokens_details":{"reasoning_tokens":7}}})",
                      "[DONE]"}),
            7);
}

TEST(ChatStream, JoinsCharactersSplitBetweenChunks) {
  const Followed followed =
      follow(ReplyFormat::kChat, 5,
             {delta("a\xF0\x9F"), delta("\x98\x80z"), delta("\xE2\x82"), finish("stop"), "[DONE]"});
  EXPECT_THAT(followed.texts, ElementsAre("a", "\xF0\x9F\x98\x80z", "\xEF\xBF\xBD"));
}

TEST(ChatStream, RefusesWhatMakesNoSense) {
  EXPECT_EQ(failure(ReplyFormat::kChat, {"{"}), Kind::kFailed);
  EXPECT_EQ(failure(ReplyFormat::kChat, {"[]"}), Kind::kFailed);
  EXPECT_EQ(failure(ReplyFormat::kChat, {R"({"choices":[5]})"}), Kind::kFailed);
  EXPECT_EQ(failure(ReplyFormat::kChat, {kRole, "[DONE]"}), Kind::kFailed) << "no finish";
  EXPECT_EQ(failure(ReplyFormat::kNative, {"[DONE]"}), Kind::kFailed);
  EXPECT_EQ(failure(ReplyFormat::kChat, {kRole, finish("stop"), "[DONE]", delta("x")}),
            Kind::kFailed);
  EXPECT_EQ(failure(ReplyFormat::kChat, {kRole, finish("abort")}), Kind::kFailed);
  EXPECT_EQ(failure(ReplyFormat::kChat,
                    {kRole, R"({"error":{"code":500,"message":"x","type":"server_error"}})"}),
            Kind::kFailed);
  EXPECT_EQ(failure(ReplyFormat::kChat, {R"({"choices":[{"delta":{"content":5}}]})"}), std::nullopt)
      << "an unknown kind of content is passed over";
}

TEST(ChatStream, LeavesOutCallsAfterTheOnlyOne) {
  const auto piece = [](const std::string& call) {
    return R"({"choices":[{"delta":{"tool_calls":[)" + call + "]}}]}";
  };
  const std::vector<std::string> events = {
      piece(R"({"index":0,"function":{"name":"a","arguments":"{"}})"),
      piece(R"({"index":0,"function":{"arguments":"}"}})"),
      piece(R"({"index":1,"function":{"name":"b","arguments":"{}"}})"),
      R"({"choices":[{"delta":{"content":"done"},"finish_reason":"tool_calls"}]})", "[DONE]"};
  EXPECT_THAT(follow(ReplyShape{}, events).calls, ElementsAre("a:{}", "b:{}"));
  const Followed one = follow(ReplyShape{.parallel_calls = false}, events);
  EXPECT_THAT(one.calls, ElementsAre("a:{}"));
  EXPECT_THAT(one.texts, ElementsAre("done"));
  EXPECT_EQ(one.end->reason, StopReason::kToolUse);
}

}  // namespace
}  // namespace bedplate::inference
