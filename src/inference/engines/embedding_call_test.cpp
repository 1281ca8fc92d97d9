// Embeddings and rankings as servers of OpenAI's protocol give them, well-behaved and not.
#include "inference/engines/embedding_call.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <mutex>

#include "inference/engines/fake_server_for_test.hpp"
#include "inference/engines/remote_engine.hpp"
#include "inference/engines/rerank_call.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;
using Kind = EngineError::Kind;
using testing::ElementsAre;

constexpr std::int64_t kBegin = 1'001, kEnd = 1'002;  // marks; other tokens are bytes
constexpr std::int64_t kWindow = 12;

/// A server whose weights have a token for each byte, marks around every text, and make of a text
/// the vector [its tokens, the value of its first byte].
class VectorServer {
 public:
  ServerAnswer answer(const std::string& path, const std::string& body) {
    const std::lock_guard lock(mutex);
    if (path == "/tokenize") return tokenize(json::parse(body).as_object());
    if (path == "/v1/embeddings") return embed(json::parse(body).as_object());
    if (path == "/v1/models" && !known.empty()) return {200, known};
    return {};
  }

  std::mutex mutex;
  std::string known;    ///< answer to /v1/models
  std::string spoiled;  ///< answer to /v1/embeddings instead of vectors
  int status = 200;
  bool backwards = false;           ///< vectors in the opposite order
  std::vector<std::string> inputs;  ///< all that were embedded, as JSON

 private:
  static json::array tokens(std::string_view text, bool marks) {
    json::array list;
    if (marks) list.push_back(kBegin);
    for (const char byte : text) list.push_back(static_cast<unsigned char>(byte));
    if (marks) list.push_back(kEnd);
    return list;
  }
  /// In llama-server's words or in vLLM's.
  static ServerAnswer tokenize(const json::object& body) {
    const bool vllm = body.contains("prompt");
    const json::value* marks = body.if_contains(vllm ? "add_special_tokens" : "add_special");
    const json::value& text = body.at(vllm ? "prompt" : "content");
    const json::array list = tokens(text.as_string(), marks != nullptr && marks->as_bool());
    return {200, json::serialize(json::object{{"tokens", list}})};
  }
  ServerAnswer embed(const json::object& body) {
    if (!spoiled.empty()) return {status, spoiled};
    json::array data;
    std::int64_t count = 0;
    const json::array& all = body.at("input").as_array();
    const bool mixed = std::any_of(all.begin(), all.end(), [&](const json::value& input) {
      return input.is_string() != all.front().is_string();
    });
    if (mixed) return {400, R"({"error":{"message":"texts and tokens mixed"}})"};
    for (const json::value& input : all) {
      inputs.push_back(json::serialize(input));
      const json::array list =
          input.is_string() ? tokens(input.get_string(), true) : input.as_array();
      count += static_cast<std::int64_t>(list.size());
      data.push_back(json::object{{"index", data.size()},
                                  {"embedding", json::array{list.size(), list.at(1)}}});
    }
    if (backwards) std::reverse(data.begin(), data.end());
    return {200, json::serialize(json::object{{"data", std::move(data)},
                                              {"usage", {{"prompt_tokens", count}}}})};
  }
};

class EmbeddingCallTest : public testing::Test {
 protected:
  EmbeddingCallTest() {
    FakeServerOptions options;
    options.other = [this](const std::string& path, const std::string& body) {
      return vectors.answer(path, body);
    };
    server = std::make_unique<FakeServer>(pool.executor(1), std::move(options));
  }
  ~EmbeddingCallTest() override {
    server.reset();
    pool.stop();
  }

  OpenAiServer target(Dialect dialect = Dialect::kLlamaCpp) const {
    OpenAiServer target;
    target.endpoint = wire::parse_endpoint(server->url());
    target.traits.dialect = dialect;
    target.traits.context_tokens = kWindow;
    return target;
  }
  EmbeddingReply embed(EmbeddingRequest request, Dialect dialect = Dialect::kLlamaCpp) {
    EmbeddingCall call(std::move(request));
    boost::asio::co_spawn(pool.executor(0), call.run(client, target(dialect)),
                          boost::asio::use_future)
        .get();
    return call.take_reply();
  }
  std::optional<EngineError> failure(EmbeddingRequest request) {
    try {
      embed(std::move(request));
    } catch (const EngineError& error) {
      return error;
    }
    return std::nullopt;
  }
  std::optional<Kind> spoil(std::string answer, int status = 200) {
    vectors.spoiled = std::move(answer);
    vectors.status = status;
    const auto error = failure({.texts = {"ab", "cd"}});
    return error ? std::optional(error->kind) : std::nullopt;
  }

  VectorServer vectors;
  IoPool pool{2};
  wire::Client client{pool, {}};
  std::unique_ptr<FakeServer> server;
};

TEST_F(EmbeddingCallTest, GivesEveryTextItsVector) {
  const EmbeddingReply reply = embed({.texts = {"ab", "c"}, .tokens_max = 100});
  ASSERT_EQ(reply.vectors.size(), 2U);
  EXPECT_THAT(reply.vectors[0], ElementsAre(4, 'a'));
  EXPECT_THAT(reply.vectors[1], ElementsAre(3, 'c'));
  EXPECT_EQ(reply.input_tokens, 7);
  EXPECT_THAT(vectors.inputs, ElementsAre("\"ab\"", "\"c\""));
}

TEST_F(EmbeddingCallTest, GoesByTheIndexNotByTheOrder) {
  vectors.backwards = true;
  const EmbeddingReply reply = embed({.texts = {"ab", "c"}});
  EXPECT_THAT(reply.vectors[0], ElementsAre(4, 'a'));
  EXPECT_THAT(reply.vectors[1], ElementsAre(3, 'c'));
}

TEST_F(EmbeddingCallTest, ManyTextsAreAskedForInSeveralRequests) {
  EmbeddingRequest request;
  for (int i = 0; i < 96; ++i) request.texts.emplace_back(1, static_cast<char>(' ' + i % 90));
  const EmbeddingReply reply = embed(request);
  ASSERT_EQ(reply.vectors.size(), 96U);
  for (int i = 0; i < 96; ++i) EXPECT_EQ(reply.vectors[i][1], ' ' + i % 90) << i;
  EXPECT_EQ(reply.input_tokens, 3 * 96);
}

// 25 bytes and two marks, a window of 12: three windows of 8, 8 and 9 bytes.
TEST_F(EmbeddingCallTest, ALongTextIsTheMeanOfItsWindows) {
  const EmbeddingReply reply = embed({.texts = {"aaaaaaaabbbbbbbbccccccccc"}});
  ASSERT_EQ(vectors.inputs.size(), 3U);
  EXPECT_THAT(vectors.inputs[0], testing::StartsWith("[1001,97,"));
  EXPECT_THAT(vectors.inputs[2], testing::EndsWith(",99,1002]"));
  EXPECT_FLOAT_EQ(reply.vectors[0][1], (8 * 'a' + 8 * 'b' + 9 * 'c') / 25.0F);
  EXPECT_EQ(reply.input_tokens, 27) << "the marks are counted once";
}

TEST_F(EmbeddingCallTest, TextsAndTokensDoNotMixInARequest) {
  const EmbeddingReply reply =
      embed({.texts = {"a", std::string(25, 'b'), "c", std::string(10, 'd'), "e", "f"}});
  std::string firsts;
  for (const auto& vector : reply.vectors) firsts += static_cast<char>(vector.at(1));
  EXPECT_EQ(firsts, "abcdef");
}

TEST_F(EmbeddingCallTest, WhatIsTooLongIsRefusedWithItsCount) {
  const auto error = failure({.texts = {"a", std::string(30, 'b')}, .tokens_max = 20});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, Kind::kContextOverflow);
  EXPECT_EQ(error->prompt_tokens, 32);
  EXPECT_EQ(error->context_tokens, 20);
  EXPECT_TRUE(vectors.inputs.empty());
  EXPECT_FALSE(failure({.texts = {std::string(18, 'b')}, .tokens_max = 20}));
}

TEST_F(EmbeddingCallTest, DropsTokensFromTheSideItWasTold) {
  const std::string text = "abcdefghijklmnop";
  const EmbeddingReply end =
      embed({.texts = {text}, .tokens_max = 5, .long_text = LongText::kDropEnd});
  const EmbeddingReply start =
      embed({.texts = {text}, .tokens_max = 5, .long_text = LongText::kDropStart});
  EXPECT_THAT(vectors.inputs, ElementsAre("[1001,97,98,99,1002]", "[1001,110,111,112,1002]"));
  EXPECT_EQ(end.input_tokens, 5);
  EXPECT_EQ(start.vectors[0][1], 'n');
}

// Characters of two bytes: at five tokens with marks, one and a half would fit.
TEST_F(EmbeddingCallTest, CutsBetweenCharactersAndTellsWhere) {
  EmbeddingRequest request{.texts = {"ääääääää"},
                           .tokens_max = 5,
                           .long_text = LongText::kDropEnd,
                           .cut_at_characters = true};
  EXPECT_EQ(embed(request).cut_at_characters.at(0), 1);
  EXPECT_EQ(vectors.inputs.back(), "[1001,195,164,1002]");
  request.long_text = LongText::kDropStart;
  request.texts = {"aaaaaaaaaaäb"};
  EXPECT_EQ(embed(request).cut_at_characters.at(0), 2);
  EXPECT_EQ(vectors.inputs.back(), "[1001,195,164,98,1002]");
  request.texts = {"aaa"};
  EXPECT_EQ(embed(request).cut_at_characters.at(0), std::nullopt);
}

TEST_F(EmbeddingCallTest, AServerThatShowsNoTokensJudgesForItself) {
  embed({.texts = {std::string(100, 'x')}, .tokens_max = 20}, Dialect::kGeneric);
  EXPECT_EQ(vectors.inputs.size(), 1U);
}

TEST_F(EmbeddingCallTest, NonsenseIsAFailureOfTheEngine) {
  for (const char* answer : {
           "no json",
           "[]",
           R"({"data":[]})",
           R"({"data":[{"index":0,"embedding":[1]}]})",
           R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]})",
           R"({"data":[{"index":0,"embedding":[1]},{"index":7,"embedding":[1]}]})",
           R"({"data":[{"index":-1,"embedding":[1]},{"index":0,"embedding":[1]}]})",
           R"({"data":[{"index":0,"embedding":["x"]},{"index":1,"embedding":[1]}]})",
           R"({"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]})",
           R"({"data":[{"index":0,"embedding":"AAAA"},{"index":1,"embedding":"AAAA"}]})",
           R"({"data":[7,{"index":1,"embedding":[1]}]})",
       }) {
    EXPECT_EQ(spoil(answer), Kind::kFailed) << answer;
  }
}

TEST_F(EmbeddingCallTest, KnowsTheErrorsOfServers) {
  EXPECT_EQ(spoil(R"({"error":{"code":501,"message":"no"}})", 501), Kind::kInvalidRequest);
  EXPECT_EQ(spoil(R"({"error":{"message":"no key"}})", 401), Kind::kUnavailable);
  EXPECT_EQ(spoil(R"({"error":{"message":"busy"}})", 429), Kind::kBusy);
  EXPECT_EQ(spoil(R"({"error":{"message":"too long","type":"exceed_context_size_error",)"
                  R"("n_prompt_tokens":9,"n_ctx":5}})",
                  400),
            Kind::kContextOverflow);
}

// A pool whose first server is gone: another one answers.
TEST_F(EmbeddingCallTest, APoolTriesAnotherServer) {
  vectors.known = R"({"data":[{"owned_by":"vllm","max_model_len":64}]})";
  std::string gone;
  {
    const FakeServer closed(pool.executor(1), {});
    gone = closed.url();
  }
  EngineOptions options{.name = "pool",
                        .kind = OpenAiOptions{.endpoints = {gone, server->url()}, .model = "m"}};
  auto engine = std::make_shared<RemoteEngine>(options, client, pool.executor(0));
  for (int i = 0; i < 2; ++i) {
    const EmbeddingReply reply =
        boost::asio::co_spawn(pool.executor(0), engine->embed({.texts = {"ab"}}),
                              boost::asio::use_future)
            .get();
    EXPECT_THAT(reply.vectors.at(0), ElementsAre(4, 'a'));
  }
  engine->stop_blocking();
}

// ---- Rankings

class RerankTest : public testing::Test {
 protected:
  RerankTest() {
    FakeServerOptions options;
    options.other = [this](const std::string& path, const std::string&) {
      return path == "/v1/rerank" ? ServerAnswer{status, answer} : ServerAnswer{};
    };
    server = std::make_unique<FakeServer>(pool.executor(1), std::move(options));
  }
  ~RerankTest() override {
    server.reset();
    pool.stop();
  }
  void run(RerankCall& call, Dialect dialect) {
    OpenAiServer target;
    target.endpoint = wire::parse_endpoint(server->url());
    target.traits.dialect = dialect;
    boost::asio::co_spawn(pool.executor(0), call.run(client, target), boost::asio::use_future)
        .get();
  }

  int status = 200;
  std::string answer;
  IoPool pool{2};
  wire::Client client{pool, {}};
  std::unique_ptr<FakeServer> server;
};

TEST_F(RerankTest, PutsScoresInTheDocumentsOrder) {
  answer = R"({"results":[{"index":1,"relevance_score":0},{"index":0,"relevance_score":-4.5}],)"
           R"("usage":{"prompt_tokens":31}})";
  RerankCall call({"q", {"a", "b"}});
  run(call, Dialect::kLlamaCpp);
  ASSERT_TRUE(call.answered());
  const RerankReply reply = call.take_reply();
  EXPECT_THAT(reply.scores, ElementsAre(testing::DoubleNear(0.01098694, 1e-6), 0.5));
  EXPECT_EQ(reply.input_tokens, 31);
}

TEST_F(RerankTest, ProbabilitiesOfOtherServersStay) {
  answer = R"({"results":[{"index":0,"relevance_score":0.25},{"index":1,"relevance_score":1}],)"
           R"("usage":{"total_tokens":5}})";
  RerankCall call({"q", {"a", "b"}});
  run(call, Dialect::kVllm);
  EXPECT_THAT(call.take_reply().scores, ElementsAre(0.25, 1));
}

TEST_F(RerankTest, AServerWithoutARerankerIsNoFailure) {
  answer = "{}";
  for (const int code : {404, 405, 501}) {
    status = code;
    RerankCall call({"q", {"a"}});
    run(call, Dialect::kLlamaCpp);
    EXPECT_FALSE(call.answered()) << code;
  }
}

TEST_F(RerankTest, NonsenseIsAFailureOfTheEngine) {
  for (const char* nonsense : {"", "[]", "{}", R"({"results":[]})", R"({"results":[{"index":0}]})",
                               R"({"results":[{"index":1,"relevance_score":1}]})",
                               R"({"results":[{"index":-1,"relevance_score":1}]})",
                               R"({"results":[{"index":0,"relevance_score":"1"}]})"}) {
    answer = nonsense;
    RerankCall call({"q", {"a"}});
    try {
      run(call, Dialect::kVllm);
      ADD_FAILURE() << nonsense;
    } catch (const EngineError& error) {
      EXPECT_EQ(error.kind, Kind::kFailed) << nonsense;
    }
  }
}

/// Embeds a text as its length and 1.
class LengthEngine final : public Engine {
 public:
  const std::string& served_by() const override { return name_; }
  Task<> generate(GenerationRequest, GenerationSink&) override { co_return; }
  Task<std::int64_t> count_tokens(GenerationRequest) override { co_return 0; }
  Task<EmbeddingReply> embed(EmbeddingRequest request) override {
    EmbeddingReply reply;
    for (const std::string& text : request.texts) {
      reply.vectors.push_back({text == "against" ? -1.0F : 1.0F, text == "other" ? 9.0F : 0.0F});
      ++reply.input_tokens;
    }
    co_return reply;
  }

 private:
  std::string name_ = "test";
};

TEST_F(RerankTest, SimilarityStandsInForAReranker) {
  LengthEngine engine;
  RerankRequest request{"query", {"other", "same", "against"}};
  const RerankReply reply =
      boost::asio::co_spawn(pool.executor(0), rank_by_similarity(engine, request),
                            boost::asio::use_future)
          .get();
  EXPECT_THAT(reply.scores, ElementsAre(testing::DoubleNear(0.1104, 1e-4), 1, 0));
  EXPECT_EQ(reply.input_tokens, 4);
}

TEST_F(RerankTest, AnEngineThatCannotSaysSo) {
  class Plain final : public Engine {
   public:
    const std::string& served_by() const override { return name; }
    Task<> generate(GenerationRequest, GenerationSink&) override { co_return; }
    Task<std::int64_t> count_tokens(GenerationRequest) override { co_return 0; }
    std::string name = "plain";
  } engine;
  for (const bool ranks : {false, true}) {
    try {
      if (ranks) {
        boost::asio::co_spawn(pool.executor(0), engine.rerank({}), boost::asio::use_future).get();
      } else {
        boost::asio::co_spawn(pool.executor(0), engine.embed({}), boost::asio::use_future).get();
      }
      ADD_FAILURE();
    } catch (const EngineError& error) {
      EXPECT_EQ(error.kind, Kind::kInvalidRequest);
    }
  }
}

}  // namespace
}  // namespace bedplate::inference
