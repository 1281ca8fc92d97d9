// The embedded engine with the real llama-server and real weights. Skipped, with the reason, when
// either is missing, unless BEDPLATE_REQUIRE_ENGINE=1.
#include "inference/engines/llama_engine.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

#include "base/log.hpp"
#include "inference/engines/llama_program.hpp"

namespace bedplate::inference {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Kind = EngineError::Kind;

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value ? value : otherwise;
}
fs::path source_folder() {
  return environment("BEDPLATE_SOURCE_DIR", ".");
}
fs::path engine_prefix() {
  return environment("BEDPLATE_ENGINE_PREFIX", source_folder() / ".deps" / "engine");
}
fs::path weights() {
  return environment("BEDPLATE_TEST_WEIGHTS", source_folder() / "models" / "demo-chat.gguf");
}

/// Why the real engine cannot be tested; empty when it can.
std::string what_is_missing() {
  try {
    find_llama_server_blocking({}, environment("PATH", ""), engine_prefix());
    read_weights_blocking(weights());
  } catch (const std::exception& problem) {
    return problem.what();
  }
  return "";
}

GenerationRequest says(const std::string& text, std::int64_t max_tokens = 8) {
  GenerationRequest request;
  request.prompt = Conversation{.system = {}, .messages = {{Role::kUser, {TextBlock{text}}}}};
  request.sampling = {.temperature = 0.0, .max_tokens = max_tokens};
  return request;
}

/// Keeps what it is told, and can be waited for.
class Recorder final : public GenerationSink {
 public:
  Task<> on_event(GenerationEvent event) override {
    if (auto* start = std::get_if<GenerationStart>(&event)) starts.push_back(*start);
    if (auto* delta = std::get_if<TextDelta>(&event)) {
      text += delta->text;
      ++deltas;
      if (deltas == 1) first.set_value();
    }
    if (auto* ended = std::get_if<GenerationEnd>(&event)) end = std::move(*ended);
    co_return;
  }
  std::vector<GenerationStart> starts;
  std::string text;
  int deltas = 0;
  std::optional<GenerationEnd> end;
  std::promise<void> first;
};

class LlamaEngineTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = what_is_missing();
    if (!missing.empty() && environment("BEDPLATE_REQUIRE_ENGINE", "") == "1") {
      FAIL() << missing;
    }
    if (!missing.empty()) GTEST_SKIP() << missing;
    log::set_level(log::Level::kOff);
    std::string pattern = (fs::temp_directory_path() / "engine-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    fs::create_directories(folder / "logs");
  }
  void TearDown() override {
    for (auto& engine : engines) engine->stop_blocking();
    EXPECT_TRUE(processes().empty()) << "an engine was left behind";
    pool.stop();
    engines.clear();
    if (!folder.empty()) fs::remove_all(folder);
    log::set_level(log::Level::kInfo);
  }

  EngineOptions options(const fs::path& file, const std::string& name = "test") {
    EngineOptions engine{
        .name = name,
        .kind = LlamaCppOptions{.weights = file, .slots = 2, .context_tokens = 256, .threads = 1}};
    engine.queue_wait_max = 20s;
    return engine;
  }
  LlamaSurroundings surroundings() {
    LlamaSurroundings around{.client = &client,
                             .launching = &launching,
                             .launcher = std::make_shared<ForkLauncher>(),
                             .memory = memory,
                             .run_dir = folder,
                             .llama_server = {},
                             .engine_prefix = engine_prefix()};
    around.supervision.backoff_first = 1ms;
    return around;
  }
  std::shared_ptr<LlamaEngine> start(EngineOptions engine, LlamaSurroundings around) {
    engines.push_back(
        std::make_shared<LlamaEngine>(std::move(engine), std::move(around), pool.executor(0)));
    engines.back()->start_watching();
    return engines.back();
  }
  std::shared_ptr<LlamaEngine> start() { return start(options(weights()), surroundings()); }

  std::future<GenerationReply> ask(LlamaEngine& engine, GenerationRequest request) {
    return boost::asio::co_spawn(pool.executor(pool.next()), collect(engine, std::move(request)),
                                 boost::asio::use_future);
  }
  std::optional<EngineError> failure(LlamaEngine& engine, GenerationRequest request) {
    try {
      ask(engine, std::move(request)).get();
    } catch (const EngineError& error) {
      return error;
    }
    return std::nullopt;
  }
  std::int64_t count(LlamaEngine& engine, GenerationRequest request) {
    return boost::asio::co_spawn(pool.executor(0), engine.count_tokens(std::move(request)),
                                 boost::asio::use_future)
        .get();
  }

  /// Processes that listen in our folder.
  std::vector<pid_t> processes() const {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      const std::string name = entry.path().filename().string();
      if (name.find_first_not_of("0123456789") != std::string::npos) continue;
      std::ostringstream command;
      command << std::ifstream(entry.path() / "cmdline").rdbuf();
      if (!folder.empty() && command.str().find(folder.string()) != std::string::npos) {
        found.push_back(std::stoi(name));
      }
    }
    return found;
  }

  fs::path folder;
  IoPool pool{2};
  wire::Client client{pool, {}};
  BlockingPool launching{"launching", 1, 16};
  std::shared_ptr<MemoryBudget> memory = std::make_shared<MemoryBudget>(std::int64_t{4} << 30);
  std::vector<std::shared_ptr<LlamaEngine>> engines;
};

TEST_F(LlamaEngineTest, GeneratesOnceItIsStarted) {
  auto engine = start();
  EXPECT_EQ(engine->status().state, "stopped");
  EXPECT_EQ(engine->served_by(), "llama.cpp/" + weights().filename().string());
  Recorder recorder;
  boost::asio::co_spawn(pool.executor(1), engine->generate(says("Hello", 4), recorder),
                        boost::asio::use_future)
      .get();
  ASSERT_EQ(recorder.starts.size(), 1U);
  ASSERT_TRUE(recorder.end);
  EXPECT_GT(recorder.end->usage.input_tokens, 0);
  EXPECT_EQ(recorder.starts[0].input_tokens, recorder.end->usage.input_tokens);
  EXPECT_LE(recorder.end->usage.output_tokens, 4);
  const EngineStatus status = engine->status();
  EXPECT_EQ(status.state, "ready");
  EXPECT_EQ(status.slots, 2);
  EXPECT_GT(status.memory_bytes, 1'000'000);
}

TEST_F(LlamaEngineTest, CountsWhatItReports) {
  auto engine = start();
  GenerationRequest request;
  request.prompt = Conversation{.system = {TextBlock{"Be brief."}},
                                .messages = {{Role::kUser, {TextBlock{"Hello, who are you?"}}},
                                             {Role::kAssistant, {TextBlock{"I am"}}}}};
  request.sampling.max_tokens = 2;
  EXPECT_EQ(count(*engine, request), ask(*engine, request).get().end.usage.input_tokens);

  GenerationRequest raw{.prompt = RawPrompt{"Hello there"}, .sampling = {.max_tokens = 2}};
  EXPECT_EQ(count(*engine, raw), ask(*engine, raw).get().end.usage.input_tokens);
}

// The vocabulary's first token is neither missing nor doubled.
TEST_F(LlamaEngineTest, AcceptsRawPromptsWithTheirOwnFirstToken) {
  auto engine = start();
  for (const char* bos : {"<|begin_of_text|>", "<s>"}) {
    const GenerationRequest with{.prompt = RawPrompt{std::string(bos) + "Hello"},
                                 .sampling = {.max_tokens = 1}};
    const GenerationRequest without{.prompt = RawPrompt{"Hello"}, .sampling = {.max_tokens = 1}};
    const auto tokens = ask(*engine, with).get().end.usage.input_tokens;
    EXPECT_EQ(count(*engine, with), tokens);
    const auto bare = ask(*engine, without).get().end.usage.input_tokens;
    // Equal when the text is this vocabulary's first token; else it is ordinary text.
    EXPECT_TRUE(tokens == bare || tokens > bare + 1) << bos << ": " << tokens << " and " << bare;
  }
}

TEST_F(LlamaEngineTest, EndsAtMaxTokens) {
  auto engine = start();
  const GenerationReply reply = ask(*engine, says("Tell me a long story.", 1)).get();
  EXPECT_EQ(reply.end.usage.output_tokens, 1);
  EXPECT_EQ(reply.end.reason, StopReason::kMaxTokens);
}

TEST_F(LlamaEngineTest, TellsWhichStopSequenceEndedIt) {
  auto engine = start();
  const GenerationReply whole = ask(*engine, says("Tell me a story.", 40)).get();
  // Any character that the model says in full and that is not its first.
  std::size_t at = 1;
  while (at < whole.text().size() && (static_cast<unsigned char>(whole.text()[at]) >= 0x80 ||
                                      whole.text().find(whole.text()[at]) != at)) {
    ++at;
  }
  ASSERT_LT(at, whole.text().size()) << whole.text();
  GenerationRequest request = says("Tell me a story.", 40);
  request.sampling.stop_sequences = {"never said", std::string(1, whole.text()[at])};
  const GenerationReply reply = ask(*engine, request).get();
  EXPECT_EQ(reply.end.reason, StopReason::kStopSequence);
  EXPECT_EQ(reply.end.stop_sequence, request.sampling.stop_sequences[1]);
  // What comes before it, but for bytes that had not become a character yet.
  EXPECT_TRUE(whole.text().starts_with(reply.text())) << reply.text();
  EXPECT_EQ(reply.text().find(whole.text()[at]), std::string::npos);
}

TEST_F(LlamaEngineTest, RepeatsItselfWithASeedEvenAmongOthers) {
  auto engine = start();
  GenerationRequest request = says("Tell me something.", 16);
  request.sampling.temperature = 1.0;
  request.sampling.seed = 42;
  const std::string text = ask(*engine, request).get().text();
  std::vector<std::future<GenerationReply>> replies;
  for (int i = 0; i < 8; ++i) replies.push_back(ask(*engine, request));
  for (auto& reply : replies) EXPECT_EQ(reply.get().text(), text);
}

TEST_F(LlamaEngineTest, DoesNotRepeatAPrefill) {
  auto engine = start();
  const std::string prefill = "Once upon a time";
  GenerationRequest request = says("Tell me a story.", 8);
  std::get<Conversation>(request.prompt)
      .messages.push_back({Role::kAssistant, {TextBlock{prefill}}});
  const GenerationReply reply = ask(*engine, request).get();
  EXPECT_FALSE(reply.text().starts_with(prefill)) << reply.text();
}

TEST_F(LlamaEngineTest, RefusesAPromptBeyondTheContext) {
  auto engine = start();
  std::string text;
  for (int i = 0; i < 2'000; ++i) text += " word";
  const auto error = failure(*engine, says(text));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, Kind::kContextOverflow);
  EXPECT_EQ(error->context_tokens, 256);
  EXPECT_GT(error->prompt_tokens, 256);
}

TEST_F(LlamaEngineTest, SaysWhatIsWrongWithTheWeights) {
  const auto trouble = [&](const std::string& name, const fs::path& file) {
    const auto error = failure(*start(options(file, name), surroundings()), says("Hello"));
    EXPECT_TRUE(error && error->kind == Kind::kUnavailable);
    return error ? std::string(error->what()) : "";
  };
  EXPECT_THAT(trouble("missing", folder / "missing.gguf"), testing::HasSubstr("does not exist"));
  std::ofstream(folder / "text.gguf") << "hello";
  EXPECT_THAT(trouble("text", folder / "text.gguf"), testing::HasSubstr("no GGUF file"));
  fs::copy_file(weights(), folder / "cut.gguf");
  fs::resize_file(folder / "cut.gguf", fs::file_size(weights()) / 2);
  EXPECT_THAT(trouble("cut", folder / "cut.gguf"), testing::HasSubstr("corrupted or incomplete"));
  EngineOptions odd = options(weights(), "odd");
  std::get<LlamaCppOptions>(odd.kind).extra_arguments = {"--nonsense"};
  const auto error = failure(*start(odd, surroundings()), says("Hello"));
  ASSERT_TRUE(error);
  EXPECT_THAT(error->what(), testing::HasSubstr("--nonsense"));
}

TEST_F(LlamaEngineTest, ComesBackAfterItWasKilled) {
  auto engine = start();
  ask(*engine, says("Hello", 1)).get();
  const std::vector<pid_t> before = processes();
  ASSERT_EQ(before.size(), 1U);
  ::kill(before[0], SIGKILL);
  // Until its end is noticed, requests may still meet the dying one.
  std::optional<EngineError> error;
  const auto limit = SteadyClock::now() + 20s;
  do {
    error = failure(*engine, says("Hello", 1));
    EXPECT_TRUE(!error || error->kind == Kind::kFailed || error->kind == Kind::kNotReady);
  } while (error && SteadyClock::now() < limit);
  EXPECT_FALSE(error);
  EXPECT_NE(processes(), before);
}

TEST_F(LlamaEngineTest, KillsAProcessThatHangs) {
  LlamaSurroundings around = surroundings();
  around.watch_interval = 10ms;
  around.silence_max = 100ms;
  around.hang_probe_timeout = 1s;
  EngineOptions engine_options = options(weights());
  engine_options.first_token_timeout = 20s;
  auto engine = start(engine_options, around);
  ask(*engine, says("Hello", 1)).get();
  const std::vector<pid_t> before = processes();
  ASSERT_EQ(before.size(), 1U);
  ::kill(before[0], SIGSTOP);
  const auto error = failure(*engine, says("Hello", 1));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, Kind::kFailed);
  ask(*engine, says("Hello", 1)).get();
  EXPECT_NE(processes(), before);
}

TEST_F(LlamaEngineTest, FreesTheSlotOfACancelledRequest) {
  EngineOptions one_slot = options(weights());
  std::get<LlamaCppOptions>(one_slot.kind).slots = 1;
  auto engine = start(one_slot, surroundings());
  Recorder recorder;
  boost::asio::cancellation_signal cancel;
  const Executor executor = pool.executor(1);
  std::promise<void> ended;
  boost::asio::co_spawn(executor, engine->generate(says("Tell me a long story.", 200), recorder),
                        boost::asio::bind_cancellation_slot(
                            cancel.slot(), [&](const std::exception_ptr&) { ended.set_value(); }));
  recorder.first.get_future().wait();
  boost::asio::post(executor, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
  ended.get_future().wait();
  EXPECT_GE(ask(*engine, says("Hello", 1)).get().end.usage.output_tokens, 1);
}

TEST_F(LlamaEngineTest, RefusesWhenTheQueueIsFull) {
  EngineOptions small = options(weights());
  std::get<LlamaCppOptions>(small.kind).slots = 1;
  std::get<LlamaCppOptions>(small.kind).queue_max = 0;
  auto engine = start(small, surroundings());
  auto long_one = ask(*engine, says("Tell me a long story.", 200));
  while (engine->status().slots_busy == 0 && long_one.wait_for(0s) != std::future_status::ready) {
    std::this_thread::yield();
  }
  std::vector<std::future<GenerationReply>> others;
  int busy = 0;
  for (int i = 0; i < 4; ++i) {
    const auto error = failure(*engine, says("Hello", 1));
    busy += error && error->kind == Kind::kBusy ? 1 : 0;
  }
  long_one.get();
  EXPECT_GE(busy, 1);
}

// Two engines, memory for one: the idle one makes room.
TEST_F(LlamaEngineTest, UnloadsTheIdleEngineForAnother) {
  const std::int64_t one = size_of_engine(std::get<LlamaCppOptions>(options(weights()).kind),
                                          read_weights_blocking(weights()), INT64_MAX)
                               .memory_bytes;
  memory = std::make_shared<MemoryBudget>(one * 3 / 2);
  auto first = start(options(weights(), "first"), surroundings());
  auto second = start(options(weights(), "second"), surroundings());
  ask(*first, says("Hello", 1)).get();
  ask(*second, says("Hello", 1)).get();
  EXPECT_EQ(first->status().state, "stopped");
  EXPECT_EQ(second->status().state, "ready");
  ask(*first, says("Hello", 1)).get();
  EXPECT_EQ(second->status().state, "stopped");
  EXPECT_EQ(processes().size(), 1U);
}

TEST_F(LlamaEngineTest, StopsWithARequestUnderWay) {
  auto engine = start();
  auto reply = ask(*engine, says("Tell me a long story.", 200));
  while (engine->status().slots_busy == 0 && reply.wait_for(0s) != std::future_status::ready) {
    std::this_thread::yield();
  }
  engine->stop_blocking();
  EXPECT_TRUE(processes().empty());
  try {
    reply.get();  // unless it was done before
  } catch (const EngineError& error) {
    EXPECT_NE(error.kind, Kind::kTimeout) << error.what();
  }
  const auto error = failure(*engine, says("Hello"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, Kind::kUnavailable);
}

}  // namespace
}  // namespace bedplate::inference
