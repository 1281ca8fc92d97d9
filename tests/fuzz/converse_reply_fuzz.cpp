// A ConverseStream reply of an upstream: whatever arrives is followed or refused with an
// EngineError, its events come in order, and where the bytes were cut makes no difference.
#include <cstdint>
#include <string>
#include <string_view>

#include "inference/engines/converse_events.hpp"
#include "reply_outcome.hpp"

namespace {

using namespace bedplate;
using namespace bedplate::inference;

Outcome follow(std::string_view bytes, std::size_t step, bool parallel_calls) {
  ConverseEvents reply({.stop_sequences = {"stop"}, .parallel_calls = parallel_calls});
  Outcome outcome = inference::follow(reply, bytes, step);
  check(!outcome.nameless && !outcome.negative);
  return outcome;
}

// Each line is an event, "contentBlockDelta {…}"; an exception's begins with "!".
std::string frames_of(std::string_view lines) {
  std::string bytes;
  while (!lines.empty()) {
    std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const bool exception = line.starts_with('!');
    if (exception) line.remove_prefix(1);
    const std::size_t space = std::min(line.find(' '), line.size());
    protocol::Frame frame;
    frame.headers = {{.name = ":message-type", .bytes = exception ? "exception" : "event"},
                     {.name = exception ? ":exception-type" : ":event-type",
                      .bytes = std::string(line.substr(0, std::min<std::size_t>(space, 1'000)))}};
    frame.payload = line.substr(std::min(space + 1, line.size()));
    bytes += protocol::encode_frame(frame);
  }
  return bytes;
}

void compare(std::string_view bytes, std::size_t step, bool parallel_calls) {
  const Outcome whole = follow(bytes, bytes.size() + 1, parallel_calls);
  check(whole == follow(bytes, step, parallel_calls));
}

}  // namespace

// The first byte chooses the size of the pieces and whether calls may be parallel; the rest is the
// body as it is, and once more as lines.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t step = 1 + data[0] / 2;
  const bool parallel_calls = data[0] % 2 == 0;
  compare(body, step, parallel_calls);
  compare(frames_of(body), step, parallel_calls);
  return 0;
}
