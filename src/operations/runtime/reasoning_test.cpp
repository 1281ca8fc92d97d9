#include "operations/runtime/reasoning.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>

namespace bedplate::operations {
namespace {

using inference::GenerationEvent;
using inference::ReasoningDelta;
using inference::ReasoningEnd;
using inference::TextDelta;

/// One letter an event: t(hinking), s(ignature), x (text), e(nd).
class Recorder final : public inference::GenerationSink {
 public:
  Task<> on_event(GenerationEvent event) override {
    if (std::holds_alternative<ReasoningDelta>(event)) seen += 't';
    if (std::holds_alternative<TextDelta>(event)) seen += 'x';
    if (const auto* end = std::get_if<inference::GenerationEnd>(&event)) {
      seen += 'e';
      thinking_tokens = end->usage.reasoning_tokens;
    }
    if (const auto* end = std::get_if<ReasoningEnd>(&event)) {
      seen += 's';
      EXPECT_TRUE(signer.verify("Well.", end->signature));
    }
    co_return;
  }

  std::string seen;
  std::optional<std::int64_t> thinking_tokens;
  inference::ReasoningSigner signer{"key"};
};

Task<> send(Recorder& recorder, std::string provider, bool wanted, bool engine_signs) {
  inference::CatalogueModel model;
  model.provider = std::move(provider);
  ReasoningSink sink(recorder, recorder.signer, wanted, model);
  std::vector<GenerationEvent> events;
  events.emplace_back(ReasoningDelta{"We"});
  events.emplace_back(ReasoningDelta{"ll."});
  if (engine_signs) events.emplace_back(ReasoningEnd{"own"});
  events.emplace_back(TextDelta{"Hello", {}});
  events.emplace_back(inference::GenerationEnd{});
  for (GenerationEvent& event : events) co_await sink.on_event(std::move(event));
}

std::string seen(std::string provider, bool wanted, bool engine_signs = false) {
  boost::asio::io_context loop;
  Recorder recorder;
  std::future<void> done = boost::asio::co_spawn(
      loop, send(recorder, std::move(provider), wanted, engine_signs), boost::asio::use_future);
  loop.run();
  done.get();
  return recorder.seen;
}

TEST(ReasoningSink, SignsClaudesThinkingWhereItEnds) {
  EXPECT_EQ(seen("Anthropic", true), "ttsxe");
  EXPECT_EQ(seen("Anthropic", true, true), "ttsxe");
}

// Recorded with DeepSeek R1, gpt-oss and Kimi.
TEST(ReasoningSink, OtherModelsSignNone) {
  EXPECT_EQ(seen("DeepSeek", true), "ttxe");
  EXPECT_EQ(seen("OpenAI", true, true), "ttxe");
}

TEST(ReasoningSink, DropsWhatWasNotAskedFor) {
  EXPECT_EQ(seen("Anthropic", false, true), "xe");
  EXPECT_EQ(seen("OpenAI", false), "xe");
}

// Where nothing was thought, nothing was spent on it; else only the engine knows.
TEST(ReasoningSink, KnowsOfNoTokensWhereThereWasNoThinking) {
  const auto told = [](std::vector<GenerationEvent> events) {
    boost::asio::io_context loop;
    Recorder recorder;
    inference::CatalogueModel model;
    ReasoningSink sink(recorder, recorder.signer, false, model);
    for (GenerationEvent& event : events) {
      auto done =
          boost::asio::co_spawn(loop, sink.on_event(std::move(event)), boost::asio::use_future);
      loop.run();
      loop.restart();
      done.get();
    }
    return recorder.thinking_tokens;
  };
  inference::GenerationEnd counted;
  counted.usage.reasoning_tokens = 4;
  EXPECT_EQ(told({TextDelta{"a", {}}, inference::GenerationEnd{}}), 0);
  EXPECT_EQ(told({ReasoningDelta{"a"}, inference::GenerationEnd{}}), std::nullopt);
  EXPECT_EQ(told({TextDelta{"a", {}}, counted}), 4) << "hidden thinking";
}

}  // namespace
}  // namespace bedplate::operations
