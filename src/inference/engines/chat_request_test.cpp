#include "inference/engines/chat_request.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "inference/engine.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

GenerationRequest request_of(Conversation conversation) {
  return {.prompt = std::move(conversation), .sampling = {}};
}
Message says(Role role, std::vector<ContentBlock> blocks) {
  return {role, std::move(blocks)};
}
Message user(const std::string& text) {
  return says(Role::kUser, {TextBlock{text}});
}
Message assistant(const std::string& text) {
  return says(Role::kAssistant, {TextBlock{text}});
}

json::value body_of(const GenerationRequest& request, const ServerTraits& traits,
                    const std::string& model = "") {
  return json::parse(generation_call(request, traits, model).body);
}

constexpr Dialect kAll[] = {Dialect::kGeneric, Dialect::kLlamaCpp, Dialect::kVllm,
                            Dialect::kSglang};

TEST(ChatRequest, SendsTheConversation) {
  const GenerationRequest request = request_of(
      {.system = {TextBlock{"be brief"}, TextBlock{"be kind"}},
       .messages = {says(Role::kUser, {TextBlock{"one"}, TextBlock{"two"}}),
                    says(Role::kAssistant, {TextBlock{"th"}, TextBlock{"ree"}}), user("four")}});
  for (const Dialect dialect : kAll) {
    const GenerationCall call = generation_call(request, {.dialect = dialect}, "m");
    EXPECT_EQ(call.path, "/v1/chat/completions");
    EXPECT_EQ(call.reply.format, ReplyFormat::kChat);
    const json::value body = json::parse(call.body);
    EXPECT_EQ(body.at("model"), "m");
    EXPECT_EQ(body.at("stream"), true);
    EXPECT_EQ(body.at("stream_options").at("include_usage"), true);
    EXPECT_EQ(body.at("messages"),
              json::parse(R"([{"role":"system","content":"be brief\nbe kind"},)"
                          R"({"role":"user","content":"one\ntwo"},)"
                          R"({"role":"assistant","content":"three"},)"
                          R"({"role":"user","content":"four"}])"));
  }
}

TEST(ChatRequest, SendsOnlyTheParametersGiven) {
  const GenerationRequest request = request_of({.messages = {user("x")}});
  const json::value body = body_of(request, {});
  EXPECT_EQ(body.as_object().size(), 3U) << json::serialize(body);  // messages, stream, options
}

TEST(ChatRequest, NamesEveryParameter) {
  GenerationRequest request = request_of({.messages = {user("x")}});
  request.sampling = {.temperature = 0.5,
                      .top_p = 0.25,
                      .top_k = 7,
                      .max_tokens = 9,
                      .stop_sequences = {"A", "", "B"},
                      .seed = 3,
                      .frequency_penalty = 0.125,
                      .presence_penalty = -1.0};
  for (const Dialect dialect : kAll) {
    const json::value body = body_of(request, {.dialect = dialect});
    EXPECT_EQ(body.at("temperature"), 0.5);
    EXPECT_EQ(body.at("top_p"), 0.25);
    EXPECT_EQ(body.at("top_k"), 7);
    EXPECT_EQ(body.at("max_tokens"), 9);
    EXPECT_EQ(body.at("seed"), 3);
    EXPECT_EQ(body.at("frequency_penalty"), 0.125);
    EXPECT_EQ(body.at("presence_penalty"), -1.0);
    EXPECT_EQ(body.at("stop"), json::parse(R"(["A","B"])")) << "llama-server stops at empty ones";
  }
}

// llama-server's top_k 40, min_p 0.05 and window of 64 tokens are no provider's defaults.
TEST(ChatRequest, SwitchesLlamaServersOwnSamplersOff) {
  GenerationRequest request = request_of({.messages = {user("x")}});
  const ServerTraits llama{.dialect = Dialect::kLlamaCpp, .context_tokens = 2048};
  EXPECT_EQ(body_of(request, llama).at("min_p"), 0);
  EXPECT_EQ(body_of(request, llama).at("top_k"), 0);
  EXPECT_FALSE(body_of(request, llama).as_object().contains("repeat_last_n"));
  for (const Dialect dialect : {Dialect::kGeneric, Dialect::kVllm, Dialect::kSglang}) {
    const json::value body = body_of(request, {.dialect = dialect});
    EXPECT_FALSE(body.as_object().contains("min_p"));
    EXPECT_FALSE(body.as_object().contains("top_k"));
  }
  request.sampling.top_k = 7;
  request.sampling.frequency_penalty = 0.0;
  EXPECT_EQ(body_of(request, llama).at("top_k"), 7);
  EXPECT_FALSE(body_of(request, llama).as_object().contains("repeat_last_n"));
  request.sampling.presence_penalty = 0.5;
  EXPECT_EQ(body_of(request, llama).at("repeat_last_n"), 2048) << "it takes no -1";
  const GenerationRequest raw{.prompt = RawPrompt{"x"}, .sampling = {}};
  EXPECT_EQ(body_of(raw, llama).at("min_p"), 0);
}

TEST(ChatRequest, LeavesAStopListOfEmptyOnesOut) {
  GenerationRequest request = request_of({.messages = {user("x")}});
  request.sampling.stop_sequences = {""};
  EXPECT_FALSE(body_of(request, {}).as_object().contains("stop"));
}

// llama-server reads 32 bits and takes all ones for "at random".
TEST(ChatRequest, AsksForOneCallAtMost) {
  Conversation conversation{.messages = {user("x")}, .tools = {{"now", "", "{}"}}};
  for (const Dialect dialect : kAll) {
    conversation.tool_choice.parallel = true;
    EXPECT_FALSE(body_of(request_of(conversation), {.dialect = dialect})
                     .as_object()
                     .contains("parallel_tool_calls"));
    conversation.tool_choice.parallel = false;
    const GenerationCall call = generation_call(request_of(conversation), {.dialect = dialect}, "");
    EXPECT_EQ(json::parse(call.body).at("parallel_tool_calls"), false);
    EXPECT_FALSE(call.reply.parallel_calls);
  }
}

/// {"items": {"items": … {} …}}, deeper than a parser goes by itself.
std::string deep_schema(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += R"({"items":)";
  return text + "{}" + std::string(static_cast<std::size_t>(depth), '}');
}

TEST(ChatRequest, KeepsDeepSchemas) {
  const std::string schema = deep_schema(120);
  Conversation conversation{.messages = {user("x")}, .tools = {{"f", "", schema}}};
  conversation.tool_choice.kind = ToolChoice::Kind::kAny;
  const ServerTraits llama{.dialect = Dialect::kLlamaCpp};
  EXPECT_NE(generation_call(request_of(conversation), llama, "").body.find(schema.substr(1, 1000)),
            std::string::npos);
  GenerationRequest formed = request_of({.messages = {user("x")}});
  formed.output_schema = schema;
  EXPECT_NE(generation_call(formed, llama, "").body.find(schema), std::string::npos);
}

TEST(ChatRequest, RefusesAReplySchemaThatIsNoJson) {
  GenerationRequest request = request_of({.messages = {user("x")}});
  request.output_schema = "{";
  EXPECT_THROW(generation_call(request, {}, ""), EngineError);
}

TEST(ChatRequest, FitsTheSeed) {
  GenerationRequest request = request_of({.messages = {user("x")}});
  for (const std::int64_t seed : {std::int64_t{-1}, std::int64_t{0xFFFF'FFFF}, INT64_MAX}) {
    request.sampling.seed = seed;
    const json::value body = body_of(request, {.dialect = Dialect::kLlamaCpp});
    EXPECT_GE(body.at("seed").as_int64(), 0);
    EXPECT_LT(body.at("seed").as_int64(), 0xFFFF'FFFF);
    EXPECT_GE(body_of(request, {}).at("seed").as_int64(), 0);
  }
}

TEST(ChatRequest, AsksOtherServersToContinueAPrefill) {
  const GenerationRequest prefill = request_of({.messages = {user("x"), assistant("The")}});
  for (const Dialect dialect : {Dialect::kGeneric, Dialect::kVllm, Dialect::kSglang}) {
    const json::value body = body_of(prefill, {.dialect = dialect});
    EXPECT_EQ(body.at("continue_final_message"), true);
    EXPECT_EQ(body.at("add_generation_prompt"), false);
  }
  EXPECT_FALSE(body_of(prefill, {.dialect = Dialect::kLlamaCpp})
                   .as_object()
                   .contains("continue_final_message"));
  EXPECT_FALSE(body_of(request_of({.messages = {user("x")}}), {})
                   .as_object()
                   .contains("continue_final_message"));
}

TEST(ChatRequest, AsksLlamaServerForWhatItKeepsToItself) {
  const json::value body =
      body_of(request_of({.messages = {user("x")}}), {.dialect = Dialect::kLlamaCpp});
  EXPECT_EQ(body.at("return_progress"), true);
  EXPECT_EQ(body.at("verbose"), true);
  EXPECT_TRUE(body.at("response_fields").is_array()) << "else verbose fails on odd output";
  EXPECT_EQ(body.at("chat_template_kwargs").at("enable_thinking"), false);
}

TEST(ChatRequest, AsksLlamaServerHowManyTokensWereThinking) {
  GenerationRequest request = request_of({.messages = {user("x")}});
  const ServerTraits llama{.dialect = Dialect::kLlamaCpp};
  EXPECT_FALSE(body_of(request, llama).as_object().contains("timings_per_token"));
  request.reasoning.enabled = true;
  EXPECT_EQ(body_of(request, llama).at("timings_per_token"), true);
  EXPECT_FALSE(body_of(request, {}).as_object().contains("timings_per_token"));
}

TEST(ChatRequest, SendsARawPromptToTheNativeEndpoint) {
  GenerationRequest request{.prompt = RawPrompt{"<s>hello"}, .sampling = {.max_tokens = 4}};
  const ServerTraits traits{.dialect = Dialect::kLlamaCpp, .added_bos = "<s>"};
  const GenerationCall call = generation_call(request, traits, "");
  EXPECT_EQ(call.path, "/completion");
  EXPECT_EQ(call.reply.format, ReplyFormat::kNative);
  const json::value body = json::parse(call.body);
  EXPECT_EQ(body.at("prompt"), "hello") << "the server adds <s> itself";
  EXPECT_EQ(body.at("n_predict"), 4);
  EXPECT_FALSE(body.as_object().contains("model"));

  const ServerTraits adds_none{.dialect = Dialect::kLlamaCpp};
  EXPECT_EQ(body_of(request, adds_none).at("prompt"), "<s>hello");
}

TEST(ChatRequest, SendsARawPromptToTextCompletions) {
  GenerationRequest request{.prompt = RawPrompt{"hello"}, .sampling = {.max_tokens = 4}};
  const GenerationCall call = generation_call(request, {}, "m");
  EXPECT_EQ(call.path, "/v1/completions");
  EXPECT_EQ(call.reply.format, ReplyFormat::kCompletion);
  EXPECT_EQ(json::parse(call.body).at("max_tokens"), 4);
}

TEST(ChatRequest, CountsWhereTheDialectCan) {
  const GenerationRequest chat = request_of({.messages = {user("x"), assistant("The")}});
  const GenerationRequest raw{.prompt = RawPrompt{"<s>x"}, .sampling = {}};
  const ServerTraits llama{.dialect = Dialect::kLlamaCpp, .added_bos = "<s>"};
  EXPECT_EQ(counting_call(chat, llama, "")->path, "/v1/chat/completions/input_tokens");
  EXPECT_EQ(counting_call(raw, llama, "")->path, "/tokenize");
  EXPECT_EQ(json::parse(counting_call(raw, llama, "")->body).at("content"), "x");

  const ServerTraits vllm{.dialect = Dialect::kVllm};
  const auto call = counting_call(chat, vllm, "m");
  EXPECT_EQ(call->path, "/tokenize");
  EXPECT_EQ(json::parse(call->body).at("add_generation_prompt"), false);
  EXPECT_EQ(json::parse(counting_call(raw, vllm, "m")->body).at("prompt"), "<s>x");

  EXPECT_FALSE(counting_call(chat, {}, ""));
  EXPECT_FALSE(counting_call(raw, {.dialect = Dialect::kSglang}, ""));
}

TEST(ChatRequest, ReadsCounts) {
  EXPECT_EQ(read_count(R"({"input_tokens":42,"object":"response.input_tokens"})"), 42);
  EXPECT_EQ(read_count(R"({"count":3,"max_model_len":9,"tokens":[1,2,3]})"), 3);
  EXPECT_EQ(read_count(R"({"tokens":[1,2]})"), 2);
  for (const char* body : {"", "[]", "{}", R"({"count":"3"})", R"({"tokens":5})"}) {
    EXPECT_THROW(read_count(body), EngineError) << body;
  }
}

}  // namespace
}  // namespace bedplate::inference
