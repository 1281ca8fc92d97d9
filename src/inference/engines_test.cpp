#include "inference/engines.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "base/log.hpp"
#include "inference/engines/fake_server_for_test.hpp"

namespace bedplate::inference {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class EnginesTest : public testing::Test {
 protected:
  EnginesTest() {
    log::set_level(log::Level::kOff);
    std::string pattern = (fs::temp_directory_path() / "engines-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    options.run_dir = folder / "run";
    options.llama_server = folder / "no-llama-server";
  }
  ~EnginesTest() override {
    pool.stop();
    fs::remove_all(folder);
    log::set_level(log::Level::kInfo);
  }

  void add_embedded(const std::string& name) {
    options.engines.push_back({.name = name, .kind = LlamaCppOptions{.weights = "w.gguf"}});
  }
  void add_remote(const std::string& name, const std::string& url) {
    options.engines.push_back({.name = name, .kind = OpenAiOptions{.endpoints = {url}}});
  }
  std::string refusal() {
    try {
      const Engines engines(pool, client, options);
    } catch (const std::invalid_argument& problem) {
      return problem.what();
    }
    return "none";
  }
  std::string generate(Engine& engine) {
    GenerationRequest request;
    request.prompt = Conversation{.system = {}, .messages = {{Role::kUser, {TextBlock{"hello"}}}}};
    return boost::asio::co_spawn(pool.executor(0), collect(engine, std::move(request)),
                                 boost::asio::use_future)
        .get()
        .text();
  }

  fs::path folder;
  IoPool pool{2};
  wire::Client client{pool, {}};
  EnginesOptions options;
};

TEST_F(EnginesTest, FindsEnginesByName) {
  const FakeServer server(pool.executor(1), {.tokens = 2});
  add_embedded("local");
  add_remote("far", server.url());
  Engines engines(pool, client, options);
  EXPECT_EQ(engines.find("nobody"), nullptr);
  ASSERT_TRUE(engines.find("local"));
  EXPECT_EQ(engines.find("local")->served_by(), "llama.cpp/w.gguf");
  ASSERT_TRUE(engines.find("far"));
  EXPECT_EQ(generate(*engines.find("far")), "w0 w1");
  const std::vector<EngineStatus> status = engines.status();
  ASSERT_EQ(status.size(), 2U);
  EXPECT_EQ(status[0].name, "local");
  EXPECT_EQ(status[0].state, "stopped");
  EXPECT_EQ(status[0].slots, 4);
  EXPECT_EQ(status[1].name, "far");
  engines.stop_blocking();
  engines.stop_blocking();
}

// What cannot be started is said to whoever asks for it, not at the server's start.
TEST_F(EnginesTest, SaysWhyAnEngineCannotBeStarted) {
  add_embedded("local");
  Engines engines(pool, client, options);
  try {
    generate(*engines.find("local"));
    FAIL() << "it was started";
  } catch (const EngineError& error) {
    EXPECT_EQ(error.kind, EngineError::Kind::kUnavailable);
    EXPECT_THAT(error.what(), testing::HasSubstr("no-llama-server"));
  }
  EXPECT_EQ(engines.status()[0].state, "failed");
  EXPECT_THAT(engines.status()[0].detail, testing::HasSubstr("no-llama-server"));
}

TEST_F(EnginesTest, KeepsItsFolderToItself) {
  add_embedded("local");
  const Engines engines(pool, client, options);
  struct stat facts {};
  ASSERT_EQ(::stat(options.run_dir.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700U);
  EXPECT_THAT(refusal(), testing::HasSubstr("another server uses the run folder"));
}

TEST_F(EnginesTest, NeedsNoFolderWithoutEmbeddedEngines) {
  add_remote("far", "http://127.0.0.1:1");
  const Engines engines(pool, client, options);
  EXPECT_FALSE(fs::exists(options.run_dir));
}

TEST_F(EnginesTest, RefusesNamesOfNoUse) {
  for (const char* name : {"", "a/b", "..", "a b", "\xC3\xA9"}) {
    options.engines.clear();
    add_embedded(name);
    EXPECT_THAT(refusal(), testing::HasSubstr("engine name")) << name;
  }
  options.engines.clear();
  add_embedded("twice");
  add_remote("twice", "http://127.0.0.1:1");
  EXPECT_EQ(refusal(), "there are two engines named twice");
}

TEST_F(EnginesTest, RefusesValuesOfNoUse) {
  const auto refusal_of = [&](auto change) {
    options.engines.clear();
    add_embedded("e");
    change(options.engines[0]);
    return refusal();
  };
  EXPECT_THAT(refusal_of([](EngineOptions& e) { e.next_token_timeout = 0ms; }),
              testing::HasSubstr("times"));
  EXPECT_THAT(refusal_of([](EngineOptions& e) { std::get<LlamaCppOptions>(e.kind).slots = 0; }),
              testing::HasSubstr("slots"));
  EXPECT_THAT(refusal_of([](EngineOptions& e) { std::get<LlamaCppOptions>(e.kind).weights = ""; }),
              testing::HasSubstr("no weights"));
  EXPECT_THAT(
      refusal_of([](EngineOptions& e) { e.kind = OpenAiOptions{.endpoints = {"gopher://x"}}; }),
      testing::Not("none"));
  EXPECT_THAT(refusal_of([](EngineOptions& e) { e.kind = OpenAiOptions{}; }),
              testing::HasSubstr("no endpoint"));
  EXPECT_THAT(refusal_of([](EngineOptions& e) {
                e.kind = OpenAiOptions{.endpoints = {"http://x"}, .concurrency_max = 0};
              }),
              testing::HasSubstr("concurrency"));
}

TEST_F(EnginesTest, RefusesAFolderTooDeepForASocket) {
  options.run_dir = folder / std::string(100, 'd');
  add_embedded("e");
  EXPECT_THAT(refusal(), testing::HasSubstr("too long for a socket"));
}

}  // namespace
}  // namespace bedplate::inference
