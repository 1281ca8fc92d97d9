#include "inference/engines/sse_reader.hpp"

#include <gmock/gmock.h>

#include "inference/engine.hpp"

namespace bedplate::inference {
namespace {

using testing::ElementsAre;

std::vector<std::string> read(const std::vector<std::string>& pieces) {
  SseReader reader;
  std::vector<std::string> events;
  for (const std::string& piece : pieces) {
    reader.feed(piece);
    while (const auto data = reader.next()) events.emplace_back(*data);
  }
  return events;
}

TEST(SseReader, ReadsDataOnly) {
  EXPECT_THAT(read({": ping\n\nevent: message\nid: 7\ndata: one\n\ndata:two\nretry: 5\n\n"}),
              ElementsAre("one", "two"));
}

TEST(SseReader, JoinsTheLinesOfOneEvent) {
  EXPECT_THAT(read({"data: a\ndata\ndata:  b\n\n"}), ElementsAre("a\n\n b"));
}

TEST(SseReader, PassesOverFieldsThatOnlyBeginLikeData) {
  EXPECT_THAT(read({"database: x\n\ndata: y\n\n"}), ElementsAre("y"));
}

TEST(SseReader, DeliversNothingForAnEventCutOff) {
  EXPECT_THAT(read({"data: one\n\ndata: two\n"}), ElementsAre("one"));
}

// The same events come out wherever the bytes were cut.
TEST(SseReader, ReadsStreamsCutAtEveryByte) {
  const std::string stream =
      ": hello\r\n\r\ndata: {\"a\":1}\r\n\r\ndata: x\ndata: y\n\n\n\ndata: [DONE]\n\n";
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      EXPECT_THAT(read({stream.substr(0, first), stream.substr(first, second - first),
                        stream.substr(second)}),
                  ElementsAre("{\"a\":1}", "x\ny", "[DONE]"));
    }
  }
}

TEST(SseReader, RefusesAnEventWithoutEnd) {
  SseReader reader;
  const std::string piece(SseReader::kEventBytesMax / 2 + 1, 'x');
  reader.feed(piece);
  EXPECT_FALSE(reader.next());
  reader.feed(piece);
  EXPECT_THROW(reader.next(), EngineError);
}

TEST(SseReader, RefusesAnEventOfEndlessLines) {
  SseReader reader;
  const std::string line = "data: " + std::string(60'000, 'x') + "\n";
  const auto feed_all = [&] {
    for (int i = 0; i < 20; ++i) {
      reader.feed(line);
      while (reader.next()) {
      }
    }
  };
  EXPECT_THROW(feed_all(), EngineError);
}

}  // namespace
}  // namespace bedplate::inference
