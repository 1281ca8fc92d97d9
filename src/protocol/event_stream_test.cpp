#include "protocol/event_stream.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "api/runtime.hpp"
#include "protocol/event_frame.hpp"
#include "protocol/shape_json.hpp"

namespace bedplate::protocol {
namespace {

using Event = api::runtime::ConverseStreamOutput;

template <class Op = op::runtime::ConverseStream>
Frame sent(const typename Op::Event& event, EventOptions options = {.padding = false}) {
  FrameDecoder decoder;
  decoder.feed(encode_event<Op>(event, options));
  return decoder.next().value();
}

Event text_delta(std::string text) {
  Event event;
  auto& delta = event.contentBlockDelta.emplace();
  delta.contentBlockIndex = 0;
  delta.delta.text = std::move(text);
  return event;
}

TEST(EncodeEvent, HeadersStandInAwsOrder) {
  const Frame frame = sent(text_delta("Hi"));
  ASSERT_EQ(frame.headers.size(), 3u);
  EXPECT_EQ(frame.headers[0].name, ":event-type");
  EXPECT_EQ(frame.headers[0].bytes, "contentBlockDelta");
  EXPECT_EQ(frame.headers[1].name, ":content-type");
  EXPECT_EQ(frame.headers[1].bytes, "application/json");
  EXPECT_EQ(frame.headers[2].name, ":message-type");
  EXPECT_EQ(frame.headers[2].bytes, "event");
}

TEST(EncodeEvent, WritesThePayloadAlphabetically) {
  EXPECT_EQ(sent(text_delta("Hi \"you\"")).payload,
            R"({"contentBlockIndex":0,"delta":{"text":"Hi \"you\""}})");
  Event start;
  start.contentBlockStart.emplace().contentBlockIndex = 1;
  start.contentBlockStart->start.toolUse.emplace() = {.toolUseId = "t", .name = "f"};
  EXPECT_EQ(sent(start).payload,
            R"({"contentBlockIndex":1,"start":{"toolUse":{"name":"f","toolUseId":"t"}}})");
}

TEST(EncodeEvent, BlobsAreBase64) {
  api::runtime::ResponseStream event;
  event.chunk.emplace().bytes = R"({"type":"message_stop"})";
  const Frame frame = sent<op::runtime::InvokeModelWithResponseStream>(event);
  EXPECT_EQ(frame.text(":event-type"), "chunk");
  EXPECT_EQ(frame.payload, R"({"bytes":"eyJ0eXBlIjoibWVzc2FnZV9zdG9wIn0="})");
}

// Recorded: a prefix of the alphabet, of 2 to 61 characters, between the other members.
TEST(EncodeEvent, PadsWithAPrefixOfTheAlphabet) {
  Event event;
  event.messageStart.emplace().role = "assistant";
  std::set<std::size_t> lengths;
  for (int i = 0; i < 2000; ++i) {
    const std::string payload = sent(event, {.padding = true}).payload;
    const auto json = boost::json::parse(payload).as_object();
    const std::string_view padding = json.at("p").as_string();
    ASSERT_TRUE(kPaddingAlphabet.starts_with(padding));
    ASSERT_TRUE(payload.starts_with(R"({"p":")")) << payload;
    EXPECT_EQ(json.at("role"), "assistant");
    lengths.insert(padding.size());
  }
  EXPECT_GE(*lengths.begin(), 2u);
  EXPECT_LE(*lengths.rbegin(), 61u);
  EXPECT_GT(lengths.size(), 40u);
}

TEST(EncodeEvent, PaddingComesLastWhenItsNameDoes) {
  const std::string payload = sent(text_delta("x"), {.padding = true}).payload;
  EXPECT_TRUE(payload.starts_with(R"({"contentBlockIndex":0,"delta":{"text":"x"},"p":")"))
      << payload;
}

TEST(EncodeEvent, AnEventHasAMember) {
  EXPECT_THROW(encode_event<op::runtime::ConverseStream>(Event{}), std::logic_error);
}

TEST(EncodeEvent, WhatIsEncodedReadsBack) {
  Event event;
  auto& metadata = event.metadata.emplace();
  metadata.usage = {.inputTokens = 1, .outputTokens = 2, .totalTokens = 3};
  metadata.metrics.latencyMs = 5;
  const Frame frame = sent(event);
  const auto back =
      from_json<api::runtime::ConverseStreamMetadataEvent>(boost::json::parse(frame.payload));
  EXPECT_EQ(to_json_text(back), frame.payload);
}

}  // namespace
}  // namespace bedplate::protocol
