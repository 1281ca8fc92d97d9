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
  std::string reasoning;
  std::string calls;
  int starts = 0;
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
    check(!text->text.empty() && bedplate::is_valid_utf8(text->text));
    outcome.text += text->text;
  } else if (const auto* thought = std::get_if<ReasoningDelta>(&event)) {
    check(!thought->text.empty() && bedplate::is_valid_utf8(thought->text));
    outcome.reasoning += thought->text;
  } else if (const auto* call = std::get_if<ToolUseStart>(&event)) {
    outcome.calls += call->name + "\n";
  } else if (const auto* input = std::get_if<ToolInputDelta>(&event)) {
    check(!outcome.calls.empty() && !input->json.empty());
    outcome.calls += input->json;
  } else {
    outcome.ended = std::holds_alternative<GenerationEnd>(event);
  }
}

// Feeds the stream in pieces of `step` bytes.
Outcome follow(const ReplyShape& shape, std::string_view bytes, std::size_t step) {
  Outcome outcome;
  SseReader events;
  ChatStream stream(shape);
  try {
    while (!bytes.empty() && !outcome.ended) {
      const std::string piece(bytes.substr(0, step));  // a buffer of its own: reads beyond show
      bytes.remove_prefix(piece.size());
      events.feed(piece);
      while (!outcome.ended) {
        const auto data = events.next();
        if (!data) break;
        StreamStep taken = stream.take(*data);
        for (const GenerationEvent& event : taken.events) take_in(event, outcome);
        check(outcome.ended == stream.ended());
      }
    }
  } catch (const EngineError& error) {
    outcome.failure = error.what();
  }
  return outcome;
}

}  // namespace

// The first byte chooses the format, how calls arrive and the size of the pieces; the rest is the
// body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr ReplyFormat kFormats[] = {ReplyFormat::kChat, ReplyFormat::kCompletion,
                                      ReplyFormat::kNative};
  constexpr ToolReply kTools[] = {ToolReply::kNative, ToolReply::kTagged, ToolReply::kForced};
  const ReplyShape shape{
      .format = kFormats[data[0] % 3], .tools = kTools[data[0] / 3 % 3], .max_tokens = 16};
  const std::size_t step = 1 + data[0] / 9;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  const Outcome whole = follow(shape, body, body.size() + 1);
  check(whole == follow(shape, body, step));
  check(whole == follow(shape, body, 1));
  return 0;
}
