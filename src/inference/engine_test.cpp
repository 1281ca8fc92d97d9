#include "inference/engine.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace bedplate::inference {
namespace {

/// Says how often it has been asked, in two tokens.
class CountingEngine final : public Engine {
 public:
  const std::string& served_by() const override { return name_; }
  Task<> generate(GenerationRequest request, GenerationSink& sink) override {
    if (fails_at == requests.size()) throw EngineError(EngineError::Kind::kBusy, "full");
    requests.push_back(std::move(request));
    TextDelta delta;
    delta.text = std::to_string(requests.size());
    delta.tokens.resize(1);
    co_await sink.on_event(std::move(delta));
    GenerationEnd end;
    end.usage.input_tokens = 7;
    end.usage.output_tokens = 2;
    co_await sink.on_event(std::move(end));
  }
  Task<std::int64_t> count_tokens(GenerationRequest) override { co_return 0; }

  std::vector<GenerationRequest> requests;
  std::size_t fails_at = 99;

 private:
  std::string name_ = "counting";
};

GenerationReply collected(CountingEngine& engine, GenerationRequest request) {
  boost::asio::io_context context;
  auto reply =
      boost::asio::co_spawn(context, collect(engine, std::move(request)), boost::asio::use_future);
  context.run();
  return reply.get();
}

TEST(Collect, GathersOneReply) {
  CountingEngine engine;
  const GenerationReply reply = collected(engine, {});
  EXPECT_EQ(reply.text(), "1");
  EXPECT_EQ(reply.tokens.size(), 1U);
  EXPECT_TRUE(reply.alternatives.empty());
  EXPECT_EQ(reply.end.usage.output_tokens, 2);
}

// The output of all replies counts, the input once; equal seeds would make equal replies.
TEST(Collect, GathersSeveralReplies) {
  CountingEngine engine;
  GenerationRequest request{.replies = 3};
  request.sampling.seed = 40;
  const GenerationReply reply = collected(engine, request);
  EXPECT_EQ(reply.text(), "1");
  ASSERT_EQ(reply.alternatives.size(), 2U);
  EXPECT_EQ(reply.alternatives[1].text(), "3");
  EXPECT_EQ(reply.end.usage.input_tokens, 7);
  EXPECT_EQ(reply.end.usage.output_tokens, 6);
  EXPECT_EQ(engine.requests[0].sampling.seed, 40);
  EXPECT_EQ(engine.requests[2].sampling.seed, 42);
}

/// What a stream of several replies looks like.
class Ends final : public GenerationSink {
 public:
  Task<> on_event(GenerationEvent event) override {
    if (auto* end = std::get_if<GenerationEnd>(&event)) ends.push_back(std::move(*end));
    co_return;
  }
  std::vector<GenerationEnd> ends;
};

TEST(GenerateInTurn, MarksAllEndsButTheLastWhichCountsTheOutputOfAll) {
  CountingEngine engine;
  Ends sink;
  boost::asio::io_context context;
  Generate generate = [&engine](GenerationRequest request, GenerationSink& into) {
    return engine.generate(std::move(request), into);
  };
  auto done = boost::asio::co_spawn(
      context, generate_in_turn(std::move(generate), GenerationRequest{.replies = 2}, sink),
      boost::asio::use_future);
  context.run();
  done.get();
  ASSERT_EQ(sink.ends.size(), 2U);
  EXPECT_TRUE(sink.ends[0].followed);
  EXPECT_EQ(sink.ends[0].usage.output_tokens, 2);
  EXPECT_FALSE(sink.ends[1].followed);
  EXPECT_EQ(sink.ends[1].usage.output_tokens, 4);
}

TEST(Collect, AllFailWhenOneDoes) {
  CountingEngine engine;
  engine.fails_at = 1;
  EXPECT_THROW(collected(engine, {.replies = 2}), EngineError);
}

}  // namespace
}  // namespace bedplate::inference
