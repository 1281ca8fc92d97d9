#include "inference/engines/remote_engine.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>
#include <fstream>
#include <future>

#include "inference/engines/fake_server_for_test.hpp"

namespace bedplate::inference {
namespace {

using namespace std::chrono_literals;
using Kind = EngineError::Kind;

class Recorder final : public GenerationSink {
 public:
  Task<> on_event(GenerationEvent event) override {
    if (std::holds_alternative<GenerationStart>(event)) ++starts;
    if (auto* delta = std::get_if<TextDelta>(&event)) {
      text += delta->text;
      if (++deltas == 1) first.set_value();
    }
    if (auto* ended = std::get_if<GenerationEnd>(&event)) end = std::move(*ended);
    co_return;
  }
  int starts = 0;
  int deltas = 0;
  std::string text;
  std::optional<GenerationEnd> end;
  std::promise<void> first;
};

GenerationRequest says(const std::string& text, std::int64_t max_tokens = 100) {
  GenerationRequest request;
  request.prompt = Conversation{.system = {}, .messages = {{Role::kUser, {TextBlock{text}}}}};
  request.sampling.max_tokens = max_tokens;
  return request;
}

class RemoteEngineTest : public testing::Test {
 protected:
  ~RemoteEngineTest() override {
    for (auto& engine : engines) engine->stop_blocking();
    servers.clear();
    pool.stop();
  }

  FakeServer& serve(FakeServerOptions options = {}) {
    servers.push_back(std::make_unique<FakeServer>(pool.executor(1), std::move(options)));
    return *servers.back();
  }
  EngineOptions options(std::vector<std::string> urls) const {
    EngineOptions engine{.name = "remote",
                         .kind = OpenAiOptions{.endpoints = std::move(urls), .model = "m"}};
    engine.queue_wait_max = 20s;
    engine.first_token_timeout = 20s;
    engine.next_token_timeout = 20s;
    return engine;
  }
  std::shared_ptr<RemoteEngine> make(EngineOptions engine) {
    engines.push_back(std::make_shared<RemoteEngine>(std::move(engine), client, pool.executor(0)));
    return engines.back();
  }
  std::shared_ptr<RemoteEngine> make(const FakeServer& server) {
    return make(options({server.url()}));
  }

  void run(RemoteEngine& engine, GenerationRequest request, Recorder& recorder) {
    boost::asio::co_spawn(pool.executor(0), engine.generate(std::move(request), recorder),
                          boost::asio::use_future)
        .get();
  }
  std::optional<EngineError> failure(RemoteEngine& engine, GenerationRequest request) {
    Recorder recorder;
    try {
      run(engine, std::move(request), recorder);
    } catch (const EngineError& error) {
      return error;
    }
    return std::nullopt;
  }
  std::optional<Kind> kind_of(const std::string& fault) {
    const auto error = failure(*make(serve()), says("fault:" + fault));
    return error ? std::optional(error->kind) : std::nullopt;
  }

  IoPool pool{2};
  wire::Client client{pool, {}};
  std::vector<std::unique_ptr<FakeServer>> servers;
  std::vector<std::shared_ptr<RemoteEngine>> engines;
};

TEST_F(RemoteEngineTest, ReportsAReplyInOrder) {
  FakeServer& server = serve({.tokens = 3});
  auto engine = make(server);
  Recorder recorder;
  run(*engine, says("hello"), recorder);
  EXPECT_EQ(recorder.starts, 1);
  EXPECT_EQ(recorder.deltas, 3);
  EXPECT_EQ(recorder.text, "w0 w1 w2");
  ASSERT_TRUE(recorder.end);
  EXPECT_EQ(recorder.end->reason, StopReason::kEndTurn);
  EXPECT_EQ(recorder.end->usage.input_tokens, 1);
  EXPECT_EQ(recorder.end->usage.output_tokens, 3);
  EXPECT_EQ(boost::json::parse(server.last_body()).at("model"), "m");
  EXPECT_EQ(engine->served_by(), "openai/m");
}

TEST_F(RemoteEngineTest, EndsForEachReason) {
  auto engine = make(serve({.tokens = 3}));
  const auto end = [&](const std::string& text, std::int64_t max_tokens) {
    GenerationRequest request = says(text, max_tokens);
    request.sampling.stop_sequences = {"\n\nHuman:"};
    Recorder recorder;
    run(*engine, request, recorder);
    return *recorder.end;
  };
  EXPECT_EQ(end("hello", 9).reason, StopReason::kEndTurn);
  EXPECT_EQ(end("hello", 2).reason, StopReason::kMaxTokens);
  EXPECT_EQ(end("fault:length", 9).reason, StopReason::kContextWindowExceeded);
  EXPECT_EQ(end("fault:stop-sequence", 9).reason, StopReason::kStopSequence);
  EXPECT_EQ(end("fault:stop-sequence", 9).stop_sequence, "\n\nHuman:");
  EXPECT_EQ(end("fault:no-usage", 9).reason, StopReason::kEndTurn);
}

TEST_F(RemoteEngineTest, ReadsStreamsHoweverTheyAreCut) {
  auto engine = make(serve());
  const auto text = [&](const std::string& fault) {
    Recorder recorder;
    run(*engine, says("fault:" + fault), recorder);
    return recorder.text;
  };
  EXPECT_EQ(text("split-utf8"), "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  EXPECT_EQ(text("split-bytes"), "w0 w1 w2 w3 w4 w5 w6 w7");
  EXPECT_EQ(text("huge"), std::string(300'000, 'x'));
}

TEST_F(RemoteEngineTest, NamesEveryTrouble) {
  const std::vector<std::pair<std::string, Kind>> table = {
      {"close-before-head", Kind::kFailed},
      {"close-mid-stream", Kind::kFailed},
      {"400", Kind::kInvalidRequest},
      {"401", Kind::kUnavailable},
      {"429", Kind::kBusy},
      {"500", Kind::kFailed},
      {"503", Kind::kNotReady},
      {"context-overflow", Kind::kContextOverflow},
      {"bad-http", Kind::kFailed},
      {"bad-chunk", Kind::kFailed},
      {"bad-json", Kind::kFailed},
      {"bad-sse", Kind::kFailed},
      {"error-event", Kind::kFailed},
      {"no-finish", Kind::kFailed},
      {"no-done", Kind::kFailed},
      {"endless-event", Kind::kFailed},
  };
  for (const auto& [fault, kind] : table) {
    EXPECT_EQ(kind_of(fault), kind) << fault;
  }
}

TEST_F(RemoteEngineTest, GivesUpASilentServer) {
  FakeServer& server = serve();
  EngineOptions hasty = options({server.url()});
  hasty.first_token_timeout = 50ms;
  EXPECT_EQ(failure(*make(hasty), says("fault:hang-before-head"))->kind, Kind::kTimeout);
  hasty.first_token_timeout = 20s;
  hasty.next_token_timeout = 50ms;
  EXPECT_EQ(failure(*make(hasty), says("fault:hang-mid-stream"))->kind, Kind::kTimeout);
}

TEST_F(RemoteEngineTest, HangsUpWhenItsCallerDoes) {
  FakeServer& server = serve();
  auto engine = make(server);
  Recorder recorder;
  boost::asio::cancellation_signal cancel;
  std::promise<std::exception_ptr> ended;
  boost::asio::co_spawn(
      pool.executor(0), engine->generate(says("fault:hang-mid-stream"), recorder),
      boost::asio::bind_cancellation_slot(
          cancel.slot(), [&](const std::exception_ptr& problem) { ended.set_value(problem); }));
  recorder.first.get_future().wait();
  boost::asio::post(pool.executor(0),
                    [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
  EXPECT_TRUE(ended.get_future().get());
  while (server.hangups() == 0) std::this_thread::yield();
}

TEST_F(RemoteEngineTest, AsksAnotherServerWhenOneCannotBeReached) {
  std::string gone;
  {
    FakeServer closed(pool.executor(1), {});
    gone = closed.url();
  }
  FakeServer& server = serve();
  auto engine = make(options({gone, server.url()}));
  for (int i = 0; i < 4; ++i) {
    Recorder recorder;
    run(*engine, says("hello"), recorder);
    EXPECT_TRUE(recorder.end);
  }
  EXPECT_EQ(server.generations(), 4);
  EXPECT_EQ(engine->status().state, "ready");
  EXPECT_NE(engine->status().detail, "");

  auto lost = make(options({gone}));
  EXPECT_EQ(failure(*lost, says("hello"))->kind, Kind::kUnavailable);
  EXPECT_EQ(lost->status().state, "unreachable");
  EXPECT_EQ(failure(*lost, says("hello"))->kind, Kind::kUnavailable) << "at once: it pauses";
}

// Busy servers are passed over; one that has begun to reply is not replaced.
TEST_F(RemoteEngineTest, TriesEachServerOnceBeforeAReplyBegins) {
  FakeServer& first = serve();
  FakeServer& second = serve();
  auto engine = make(options({first.url(), second.url()}));
  EXPECT_EQ(failure(*engine, says("fault:429"))->kind, Kind::kBusy);
  EXPECT_EQ(first.generations() + second.generations(), 2);
  EXPECT_EQ(failure(*engine, says("fault:close-mid-stream"))->kind, Kind::kFailed);
  EXPECT_EQ(first.generations() + second.generations(), 3);
}

TEST_F(RemoteEngineTest, ARequestThatMakesAServerHangUpHarmsNoOther) {
  auto engine = make(serve());
  EXPECT_EQ(failure(*engine, says("fault:close-before-head"))->kind, Kind::kFailed);
  EXPECT_FALSE(failure(*engine, says("hello")));
  EXPECT_EQ(engine->status().state, "ready");
}

TEST_F(RemoteEngineTest, LimitsItsConcurrency) {
  FakeServer& server = serve();
  EngineOptions narrow = options({server.url()});
  std::get<OpenAiOptions>(narrow.kind).concurrency_max = 1;
  std::get<OpenAiOptions>(narrow.kind).queue_max = 0;
  auto engine = make(narrow);
  Recorder recorder;
  auto hanging = boost::asio::co_spawn(pool.executor(0),
                                       engine->generate(says("fault:hang-mid-stream"), recorder),
                                       boost::asio::use_future);
  recorder.first.get_future().wait();
  EXPECT_EQ(failure(*engine, says("hello"))->kind, Kind::kBusy);
  EXPECT_EQ(engine->status().slots_busy, 1);
  servers.clear();  // ends the hanging one
  EXPECT_THROW(hanging.get(), EngineError);
}

TEST_F(RemoteEngineTest, CountsWhereTheServerCan) {
  const auto count = [&](const std::string& owner) {
    auto engine = make(serve({.owner = owner}));
    GenerationRequest request{.prompt = RawPrompt{"hello"}, .sampling = {}};
    return boost::asio::co_spawn(pool.executor(0), engine->count_tokens(request),
                                 boost::asio::use_future)
        .get();
  };
  EXPECT_EQ(count("vllm"), 5);
  EXPECT_THROW(count("somebody"), CannotCount);
}

// A server without the path for it is no server that has failed.
TEST_F(RemoteEngineTest, CannotCountWhereTheServerHasNoPathForIt) {
  const auto count = [&](int status) {
    FakeServerOptions hidden{.owner = "vllm"};
    hidden.other = [status](const std::string& path, const std::string&) {
      return path == "/tokenize" ? ServerAnswer{status, "{}"} : ServerAnswer{};
    };
    auto engine = make(serve(hidden));
    GenerationRequest request{.prompt = RawPrompt{"hello"}, .sampling = {}};
    boost::asio::co_spawn(pool.executor(0), engine->count_tokens(request), boost::asio::use_future)
        .get();
  };
  for (const int status : {404, 405, 501}) EXPECT_THROW(count(status), CannotCount) << status;
  try {
    count(500);
    FAIL();
  } catch (const EngineError& error) {
    EXPECT_EQ(error.kind, Kind::kFailed);
  }
}

TEST_F(RemoteEngineTest, LearnsTheDialect) {
  FakeServer& server = serve({.owner = "vllm"});
  auto engine = make(server);
  Recorder recorder;
  run(*engine, says("hello"), recorder);
  EXPECT_TRUE(boost::json::parse(server.last_body())
                  .at("stream_options")
                  .as_object()
                  .contains("continuous_usage_stats"));
}

TEST_F(RemoteEngineTest, ShowsItsKey) {
  FakeServer& server = serve({.api_key = "s3cret"});
  ::setenv("BEDPLATE_TEST_KEY", "s3cret\n", 1);
  EngineOptions with_key = options({server.url()});
  std::get<OpenAiOptions>(with_key.kind).api_key_env = "BEDPLATE_TEST_KEY";
  Recorder recorder;
  run(*make(with_key), says("hello"), recorder);
  EXPECT_EQ(server.last_authorization(), "Bearer s3cret");
  ::unsetenv("BEDPLATE_TEST_KEY");

  const auto error = failure(*make(server), says("hello"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, Kind::kUnavailable) << "not the caller's fault";
}

TEST(ReadAuthorization, TakesAKeyFromAFile) {
  const auto path = std::filesystem::temp_directory_path() / ("key-" + std::to_string(::getpid()));
  std::ofstream(path) << "abc\r\n";
  EXPECT_EQ(read_authorization_blocking({.api_key_file = path.string()}), "Bearer abc");
  for (const char* key : {"", "a b", "a\x01"}) {
    std::ofstream(path) << key;
    EXPECT_THROW(read_authorization_blocking({.api_key_file = path.string()}),
                 std::invalid_argument);
  }
  std::filesystem::remove(path);
  EXPECT_THROW(read_authorization_blocking({.api_key_file = path.string()}), std::invalid_argument);
  EXPECT_THROW(read_authorization_blocking({.api_key_env = "BEDPLATE_TEST_UNSET"}),
               std::invalid_argument);
  EXPECT_EQ(read_authorization_blocking({}), "");
}

TEST_F(RemoteEngineTest, RefusesOptionsOfNoUse) {
  EXPECT_THROW(make(options({})), std::invalid_argument);
  EXPECT_THROW(make(options({"ftp://host"})), std::invalid_argument);
}

// Health checks see a server go and come back, without any request.
TEST_F(RemoteEngineTest, NoticesServersThatGoAndComeBack) {
  auto server = std::make_unique<FakeServer>(pool.executor(1), FakeServerOptions());
  const std::uint16_t port = server->port();
  engines.push_back(
      std::make_shared<RemoteEngine>(options({server->url()}), client, pool.executor(0), 5ms));
  RemoteEngine& engine = *engines.back();
  engine.start_watching();
  const auto wait_for = [&](const std::string& state) {
    const auto limit = SteadyClock::now() + 20s;
    while (engine.status().state != state && SteadyClock::now() < limit) std::this_thread::yield();
    EXPECT_EQ(engine.status().state, state);
  };
  wait_for("ready");
  server.reset();
  wait_for("unreachable");
  EXPECT_NE(engine.status().detail.find("127.0.0.1"), std::string::npos);
  server = std::make_unique<FakeServer>(pool.executor(1), FakeServerOptions{.port = port});
  wait_for("ready");
  engine.stop_blocking();
}

}  // namespace
}  // namespace bedplate::inference
