// A ConverseStream reply of an upstream: whatever arrives is followed or refused with an
// EngineError, its events come in order, and where the bytes were cut makes no difference.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "inference/engine.hpp"
#include "inference/engines/converse_events.hpp"

namespace {

using namespace bedplate;
using namespace bedplate::inference;

struct Outcome {
  std::string said;
  int starts = 0;
  bool call = false;
  bool ended = false;
  std::string failure;
  bool operator==(const Outcome&) const = default;
};

void check(bool holds) {
  if (!holds) std::abort();
}

// Every event in its place: one start first, whole characters, inputs only of calls, one end.
void take_in(const GenerationEvent& event, Outcome& outcome) {
  check(!outcome.ended);
  const bool start = std::holds_alternative<GenerationStart>(event);
  check(start == (outcome.starts == 0));
  outcome.starts += start ? 1 : 0;
  if (const auto* text = std::get_if<TextDelta>(&event)) {
    check(!text->text.empty() && is_valid_utf8(text->text));
    outcome.said += "\nT" + text->text;
  } else if (const auto* thought = std::get_if<ReasoningDelta>(&event)) {
    check(!thought->text.empty() && is_valid_utf8(thought->text));
    outcome.said += "\nR" + thought->text;
  } else if (const auto* signature = std::get_if<ReasoningEnd>(&event)) {
    outcome.said += "\nS" + signature->signature;
  } else if (const auto* call = std::get_if<ToolUseStart>(&event)) {
    check(!call->name.empty());
    outcome.call = true;
    outcome.said += "\nC" + call->name;
  } else if (const auto* input = std::get_if<ToolInputDelta>(&event)) {
    check(outcome.call && !input->json.empty());
    outcome.said += "\nI" + input->json;
  } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
    check(end->usage.input_tokens >= 0 && end->usage.output_tokens >= 0);
    outcome.ended = true;
  }
}

// Feeds the stream in pieces of `step` bytes.
Outcome follow(std::string_view bytes, std::size_t step, bool parallel_calls) {
  Outcome outcome;
  ConverseEvents reply({.stop_sequences = {"stop"}, .parallel_calls = parallel_calls});
  try {
    while (!bytes.empty() && !reply.ended()) {
      const std::string piece(bytes.substr(0, step));  // a buffer of its own: reads beyond show
      bytes.remove_prefix(piece.size());
      reply.feed(piece);
      while (!reply.ended()) {
        const auto taken = reply.next();
        if (!taken) break;
        for (const GenerationEvent& event : taken->events) take_in(event, outcome);
        check(outcome.ended == reply.ended());
      }
    }
  } catch (const EngineError& error) {
    outcome.failure = error.what();
  }
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
