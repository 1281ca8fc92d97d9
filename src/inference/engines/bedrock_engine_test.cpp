// What leaves for the upstream beside the body: the path, the signature, and whose it is.
#include "inference/engines/bedrock_engine.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>
#include <mutex>

#include "inference/engines/fake_server_for_test.hpp"

namespace bedplate::inference {
namespace {

using namespace std::chrono_literals;
using Kind = EngineError::Kind;

constexpr const char* kModel = "us.anthropic.claude-sonnet-4-20250514-v1:0";

class BedrockEngineTest : public testing::Test {
 protected:
  BedrockEngineTest()
      : file(std::filesystem::path(testing::TempDir()) /
             ("bedrock-credentials-" + std::to_string(::getpid()))) {
    write("AKIDOLD");
    FakeServerOptions options;
    options.other = [this](const std::string& path, const std::string&) {
      const std::lock_guard lock(mutex);
      paths.push_back(path);
      ServerAnswer answer{.status = 200, .body = R"({"inputTokens":3})"};
      if (!answers.empty()) {
        answer = answers.front();
        answers.erase(answers.begin());
      }
      return answer;
    };
    server = std::make_unique<FakeServer>(pool.executor(1), std::move(options));
  }
  ~BedrockEngineTest() override {
    if (engine) engine->stop_blocking();
    server.reset();
    pool.stop();
    std::filesystem::remove(file);
  }

  /// Whole or not at all, as those do who renew them.
  void write(const std::string& id) const {
    const std::string half = file.string() + ".new";
    std::ofstream(half) << "[default]\naws_access_key_id=" << id
                        << "\naws_secret_access_key=secret\n";
    std::filesystem::rename(half, file);
  }
  BedrockEngine& make(std::chrono::milliseconds renewal_interval = 60s) {
    BedrockOptions settings;
    settings.region = "eu-central-1";
    settings.endpoints = {server->url() + "/base"};
    settings.model = kModel;
    settings.credentials_file = file;
    EngineOptions options{.name = "up", .kind = settings};
    engine = std::make_shared<BedrockEngine>(std::move(options), client, pool.executor(0), reading,
                                             renewal_interval);
    return *engine;
  }
  std::int64_t count() {
    GenerationRequest request;
    request.prompt = Conversation{.system = {}, .messages = {{Role::kUser, {TextBlock{"Hi"}}}}};
    return boost::asio::co_spawn(pool.executor(0), engine->count_tokens(std::move(request)),
                                 boost::asio::use_future)
        .get();
  }
  EngineError error() {
    try {
      count();
    } catch (const EngineError& thrown) {
      return thrown;
    }
    ADD_FAILURE() << "no error";
    return EngineError(Kind::kNotReady, "none");
  }
  Kind failure() { return error().kind; }
  std::string said() { return error().what(); }

  const std::filesystem::path file;
  std::mutex mutex;
  std::vector<std::string> paths;
  std::vector<ServerAnswer> answers;
  IoPool pool{2};
  wire::Client client{pool, {}};
  BlockingPool reading{"reading", 1, 8};
  std::unique_ptr<FakeServer> server;
  std::shared_ptr<BedrockEngine> engine;
};

TEST_F(BedrockEngineTest, SignsForItsRegion) {
  make();
  EXPECT_EQ(count(), 3);
  EXPECT_EQ(paths.at(0), "/base/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/count-tokens");
  const std::string authorization = server->last_authorization();
  EXPECT_TRUE(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDOLD/")) << authorization;
  EXPECT_NE(authorization.find("/eu-central-1/bedrock/aws4_request"), std::string::npos);
  EXPECT_NE(authorization.find("SignedHeaders=content-type;host;x-amz-date,"), std::string::npos);
}

TEST_F(BedrockEngineTest, RenewedCredentialsAreUsed) {
  make(1ms).start_watching();
  count();
  write("AKIDNEW");
  const auto deadline = SteadyClock::now() + 20s;
  while (server->last_authorization().find("AKIDNEW") == std::string::npos) {
    ASSERT_LT(SteadyClock::now(), deadline);
    count();
  }
  // A file that is of no use changes nothing.
  std::filesystem::remove(file);
  for (int i = 0; i < 20; ++i) count();
  EXPECT_NE(server->last_authorization().find("AKIDNEW"), std::string::npos);
}

TEST_F(BedrockEngineTest, CountsThatAreNone) {
  make();
  for (const std::string body :
       {"", "[]", "{}", R"({"inputTokens":-1})", R"({"inputTokens":"1"})"}) {
    answers = {{.status = 200, .body = body}};
    EXPECT_EQ(failure(), Kind::kFailed) << body;
  }
}

TEST_F(BedrockEngineTest, OnlyARefusedProfileIsAskedForAgain) {
  make();
  answers = {{.status = 400, .body = R"({"message":"Not this one."})"}};
  EXPECT_EQ(count(), 3);
  EXPECT_EQ(paths.at(1), "/base/model/anthropic.claude-sonnet-4-20250514-v1%3A0/count-tokens");
  answers = {{.status = 429, .body = "{}"}};
  EXPECT_EQ(failure(), Kind::kBusy);
  EXPECT_EQ(paths.size(), 3u);
  answers = {{.status = 400, .body = R"({"message":"Not this one."})"},
             {.status = 400, .body = R"({"message":"Nor that."})"}};
  EXPECT_EQ(said(), "Not this one.");
  answers = {{.status = 400, .body = "{}"}, {.status = 429, .body = "{}"}};
  EXPECT_EQ(failure(), Kind::kBusy);
}

TEST_F(BedrockEngineTest, HandsNativeBodiesOnSigned) {
  make();
  EXPECT_TRUE(engine->takes_native_bodies());
  answers = {{.status = 200, .body = R"({"embedding": [1]})"}};
  NativeRequest request;
  request.model_id = "amazon.titan-embed-text-v2:0";
  request.body = R"({"inputText": "a"})";
  const NativeReply reply =
      boost::asio::co_spawn(pool.executor(0), engine->invoke(request), boost::asio::use_future)
          .get();
  EXPECT_EQ(reply.body, R"({"embedding": [1]})");
  EXPECT_FALSE(reply.input_tokens) << "the service did not tell";
  EXPECT_EQ(paths.at(0), "/base/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/invoke");
  EXPECT_TRUE(server->last_authorization().starts_with("AWS4-HMAC-SHA256 Credential=AKIDOLD/"));
}

TEST_F(BedrockEngineTest, EmbedsOnlyWithModelsThatDo) {
  make();
  EmbeddingRequest request;
  request.model_id = "cohere.embed-v4:0";
  request.texts = {"a"};
  auto refused =
      boost::asio::co_spawn(pool.executor(0), engine->embed(request), boost::asio::use_future);
  EXPECT_THROW(refused.get(), EngineError) << "the upstream's model is Claude";
  EXPECT_TRUE(paths.empty());
}

TEST(BedrockModelTest, ModelOfAProfile) {
  EXPECT_EQ(model_in_profile("us.anthropic.x"), "anthropic.x");
  EXPECT_EQ(model_in_profile("us-gov.anthropic.x"), "anthropic.x");
  EXPECT_EQ(model_in_profile("global.anthropic.x"), "anthropic.x");
  EXPECT_EQ(model_in_profile("anthropic.x"), "");
  EXPECT_EQ(model_in_profile("arn:aws:bedrock:us.x"), "");
}

}  // namespace
}  // namespace bedplate::inference
