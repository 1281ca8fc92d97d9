// What came of following one streamed reply, for targets that compare: where the bytes were cut
// must make no difference. Aborts when the events come in no order or are no text.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "inference/engine.hpp"
#include "inference/engines/reply_stream.hpp"

namespace bedplate::inference {

inline void check(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  std::string said;  ///< every event's kind and text
  int starts = 0;
  bool called = false;
  bool nameless = false;  ///< a call without the tool's name
  bool negative = false;  ///< a count below 0
  bool ended = false;
  std::string failure;
  bool operator==(const Outcome&) const = default;
};

/// Every event in its place: one start first, whole characters, inputs only of calls, one end.
inline void take_in(const GenerationEvent& event, Outcome& outcome) {
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
    outcome.called = true;
    outcome.nameless = outcome.nameless || call->name.empty();
    outcome.said += "\nC" + call->name;
  } else if (const auto* input = std::get_if<ToolInputDelta>(&event)) {
    check(outcome.called && !input->json.empty());
    outcome.said += "\nI" + input->json;
  } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
    outcome.negative = end->usage.input_tokens < 0 || end->usage.output_tokens < 0;
    outcome.ended = true;
  }
}

/// Feeds the reply, which is at its beginning, in pieces of `step` bytes.
inline Outcome follow(ReplyReader& reply, std::string_view bytes, std::size_t step) {
  Outcome outcome;
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

}  // namespace bedplate::inference
