#include "operations/runtime/citing.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>

#include "base/api_error.hpp"
#include "inference/citations/sentences.hpp"

namespace bedplate::operations {
namespace {

using inference::DocumentBlock;
using inference::GenerationEvent;
using inference::GenerationRequest;
using inference::TextDelta;

class Recorder final : public inference::GenerationSink {
 public:
  Task<> on_event(GenerationEvent event) override {
    events.push_back(std::move(event));
    co_return;
  }

  std::vector<GenerationEvent> events;
};

GenerationRequest request_with(bool citations) {
  DocumentBlock document;
  document.name = "Harbour";
  document.parts = {"The tower was opened in 1937. It is 142 metres tall."};
  document.citations = citations;
  inference::Conversation conversation;
  conversation.messages.resize(1);
  conversation.messages[0].content.emplace_back(std::move(document));
  GenerationRequest request;
  request.prompt = std::move(conversation);
  return request;
}

Task<> send(GenerationRequest request, std::vector<GenerationEvent> events, Recorder& recorder) {
  auto index = co_await index_citable(request);
  CitingSink sink(recorder, std::move(index));
  for (GenerationEvent& event : events) co_await sink.on_event(std::move(event));
}

std::vector<GenerationEvent> sent(GenerationRequest request, std::vector<GenerationEvent> events) {
  boost::asio::io_context loop;
  Recorder recorder;
  std::future<void> done = boost::asio::co_spawn(
      loop, send(std::move(request), std::move(events), recorder), boost::asio::use_future);
  loop.run();
  done.get();
  return std::move(recorder.events);
}

TEST(Citing, SentencesWithASourceCarryIt) {
  const auto events = sent(request_with(true),
                           {TextDelta{"Hm. It is 14", {}}, TextDelta{"2 metres tall", {{"x", -1}}},
                            TextDelta{". Bye", {}}, inference::GenerationEnd{}});
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(std::get<TextDelta>(events[0]).text, "Hm. ");
  EXPECT_TRUE(std::get<TextDelta>(events[0]).citations.empty());
  const auto& cited = std::get<TextDelta>(events[1]);
  EXPECT_EQ(cited.text, "It is 142 metres tall. ");
  ASSERT_EQ(cited.citations.size(), 1u);
  EXPECT_EQ(cited.citations[0].text, "It is 142 metres tall.");
  EXPECT_EQ(cited.tokens.size(), 1u);
  EXPECT_EQ(std::get<TextDelta>(events[2]).text, "Bye");
  EXPECT_TRUE(std::holds_alternative<inference::GenerationEnd>(events[3]));
}

TEST(Citing, WhatIsHeldComesBeforeWhatFollows) {
  const auto events =
      sent(request_with(true), {inference::GenerationStart{}, inference::ReasoningDelta{"Let me"},
                                TextDelta{"I look", {}}, inference::ToolUseStart{"t"}});
  ASSERT_EQ(events.size(), 4u);
  EXPECT_TRUE(std::holds_alternative<inference::ReasoningDelta>(events[1]));
  EXPECT_EQ(std::get<TextDelta>(events[2]).text, "I look");
  EXPECT_TRUE(std::holds_alternative<inference::ToolUseStart>(events[3]));
}

TEST(Citing, NothingIsHeldWithoutCitations) {
  const auto events = sent(request_with(false), {TextDelta{"The tower was opened in 19", {}}});
  ASSERT_EQ(events.size(), 1u);
}

TEST(Citing, TextWithoutEndIsHandedOn) {
  const auto events = sent(request_with(true), {TextDelta{std::string(10'000, 'x'), {}}});
  EXPECT_GE(events.size(), 10'000 / inference::citations::kSentenceBytesMax);
}

TEST(Citing, RefusesASchemaBesideCitations) {
  GenerationRequest request = request_with(true);
  EXPECT_NO_THROW(check_citations(request, false));
  request.output_schema = "{}";
  EXPECT_THROW(check_citations(request, false), ApiError);
  GenerationRequest plain = request_with(false);
  plain.output_schema = "{}";
  EXPECT_NO_THROW(check_citations(plain, true));
}

}  // namespace
}  // namespace bedplate::operations
