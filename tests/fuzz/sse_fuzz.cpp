// An engine's streamed reply: whatever arrives is followed or refused with an EngineError, what
// comes out is whole UTF-8 and in order, and where the bytes were cut makes no difference.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "inference/engine.hpp"
#include "inference/engines/chat_stream.hpp"
#include "inference/engines/sse_reader.hpp"

namespace {

using namespace bedplate::inference;

struct Outcome {
  std::string text;
  int starts = 0;
  bool ended = false;
  std::string failure;
  bool operator==(const Outcome&) const = default;
};

void check(bool holds) {
  if (!holds) std::abort();
}

// Feeds the stream in pieces of `step` bytes.
Outcome follow(ReplyFormat format, std::string_view bytes, std::size_t step) {
  Outcome outcome;
  SseReader events;
  ChatStream stream(format, 16);
  try {
    while (!bytes.empty() && !outcome.ended) {
      const std::string piece(bytes.substr(0, step));  // a buffer of its own: reads beyond show
      bytes.remove_prefix(piece.size());
      events.feed(piece);
      while (!outcome.ended) {
        const auto data = events.next();
        if (!data) break;
        StreamStep taken = stream.take(*data);
        check(outcome.starts == 0 || !taken.start);
        outcome.starts += taken.start ? 1 : 0;
        check(taken.text.empty() || bedplate::is_valid_utf8(taken.text));
        check(taken.text.empty() || outcome.starts == 1);
        outcome.text += taken.text;
        outcome.ended = taken.end.has_value();
        check(outcome.ended == stream.ended());
      }
    }
  } catch (const EngineError& error) {
    outcome.failure = error.what();
  }
  return outcome;
}

}  // namespace

// The first byte chooses the format and the size of the pieces; the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr ReplyFormat kFormats[] = {ReplyFormat::kChat, ReplyFormat::kCompletion,
                                      ReplyFormat::kNative};
  const ReplyFormat format = kFormats[data[0] % 3];
  const std::size_t step = 1 + data[0] / 3;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  const Outcome whole = follow(format, body, body.size() + 1);
  check(whole == follow(format, body, step));
  check(whole == follow(format, body, 1));
  return 0;
}
