// Where a text's tokens are, and what is asked for their probabilities.
#include "inference/engines/prompt_scoring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>
#include <mutex>

#include "inference/engines/fake_server_for_test.hpp"

namespace bedplate::inference {
namespace {

std::pair<std::size_t, std::size_t> range(const std::vector<std::string>& pieces,
                                          std::string_view text) {
  const TokenRange found = tokens_of_text(pieces, text);
  return {found.begin, found.end};
}

TEST(PromptScoring, FindsTheTokensOfAText) {
  const std::vector<std::string> pieces{"<s>", "\n\n", "Tell", " me", ".", "</s>"};
  EXPECT_EQ(range(pieces, "Tell me."), std::pair(2UL, 5UL));
  EXPECT_EQ(range(pieces, "ell m"), std::pair(2UL, 4UL)) << "parts count";
  EXPECT_EQ(range(pieces, "me"), std::pair(3UL, 4UL));
  EXPECT_EQ(range({"a", "b", "a"}, "a"), std::pair(2UL, 3UL)) << "the last";
  EXPECT_EQ(range({"<s>", "a", "", "b"}, "ab"), std::pair(1UL, 4UL));
  EXPECT_EQ(range(pieces, "Sing"), std::pair(0UL, 0UL));
  EXPECT_EQ(range(pieces, ""), std::pair(0UL, 0UL));
  EXPECT_EQ(range({}, "a"), std::pair(0UL, 0UL));
}

class ScoringTest : public testing::Test {
 protected:
  ~ScoringTest() override {
    server.reset();
    pool.stop();
  }
  std::vector<TokenProbability> score(const std::string& text) {
    FakeServerOptions options;
    options.other = [this](const std::string& path, const std::string& body) {
      const std::lock_guard lock(mutex);
      asked.emplace_back(path, body);
      if (path == "/apply-template") return ServerAnswer{200, R"({"prompt":"U:Hé!A:"})"};
      if (path == "/tokenize") {
        return ServerAnswer{200, R"({"tokens":[{"id":1,"piece":"<s>"},{"id":2,"piece":"U:"},
            {"id":3,"piece":"H"},{"id":4,"piece":[195]},{"id":5,"piece":[169]},
            {"id":6,"piece":"!"},{"id":7,"piece":"A:"}]})"};
      }
      return ServerAnswer{status, answer};
    };
    server = std::make_unique<FakeServer>(pool.executor(1), std::move(options));
    OpenAiServer llama{.endpoint = wire::parse_endpoint(server->url())};
    return boost::asio::co_spawn(pool.executor(0),
                                 score_prompt(client, llama, PromptScoring{"{}", text}),
                                 boost::asio::use_future)
        .get();
  }

  std::mutex mutex;
  std::vector<std::pair<std::string, std::string>> asked;
  int status = 200;
  std::string answer = R"({"completion_probabilities":[{"id":3,"logprob":-1.5},
      {"id":4,"logprob":-2},{"id":5,"logprob":0},{"id":6,"logprob":-0.25}]})";
  IoPool pool{2};
  wire::Client client{pool, {}};
  std::unique_ptr<FakeServer> server;
};

TEST_F(ScoringTest, HasTheServerSayThePromptAgain) {
  const auto scored = score("Hé!");
  ASSERT_EQ(scored.size(), 4U);
  EXPECT_EQ(scored[0].text, "H");
  EXPECT_EQ(scored[0].log_probability, -1.5);
  EXPECT_EQ(scored[1].text + scored[2].text, "é");
  ASSERT_EQ(asked.size(), 3U);
  const auto body = boost::json::parse(asked[2].second);
  EXPECT_EQ(asked[2].first, "/completion");
  EXPECT_EQ(boost::json::serialize(body.at("prompt")), "[1,2]");
  EXPECT_EQ(body.at("grammar"), "root ::= <[3]> <[4]> <[5]> <[6]>");
  EXPECT_EQ(body.at("n_predict"), 4);
}

TEST_F(ScoringTest, TellsNothingItDoesNotKnow) {
  EXPECT_TRUE(score("Ho!").empty()) << "the template has changed it";
  EXPECT_TRUE(score("<s>U").empty()) << "nothing stands before it";
  answer = R"({"completion_probabilities":[{"id":3,"logprob":-1.5}]})";
  EXPECT_TRUE(score("Hé!").empty()) << "it broke off";
  answer = R"({"completion_probabilities":[{"id":3,"logprob":-1.5},{"id":9,"logprob":-2},
      {"id":5,"logprob":0},{"id":6,"logprob":-0.25}]})";
  EXPECT_TRUE(score("Hé!").empty()) << "another token";
  answer = "nonsense";
  EXPECT_TRUE(score("Hé!").empty());
  status = 400;
  EXPECT_TRUE(score("Hé!").empty()) << "an older server's grammars know no tokens";
}

}  // namespace
}  // namespace bedplate::inference
