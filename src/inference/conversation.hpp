// The canonical conversation: what every family's body is translated to, and every engine's
// request is made from (docs/architecture.md, "Inference").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "async/task.hpp"

namespace bedplate::inference {

enum class Role { kUser, kAssistant };

struct TextBlock {
  std::string text;
};

/// What a message consists of. Grows with the features that engines can honour.
using ContentBlock = std::variant<TextBlock>;

struct Message {
  Role role = Role::kUser;
  std::vector<ContentBlock> content;
};

/// Turns in order. A last message of the assistant is a prefill: the reply continues it and does
/// not repeat it.
struct Conversation {
  std::vector<TextBlock> system;
  std::vector<Message> messages;
};

/// A prompt in the model's own template, sent to the engine as it is.
struct RawPrompt {
  std::string text;
};

/// Absent members are left to the engine's defaults.
struct SamplingParameters {
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> top_k;
  std::optional<std::int64_t> max_tokens;
  std::vector<std::string> stop_sequences;
  std::optional<std::int64_t> seed;
  std::optional<double> frequency_penalty;
  std::optional<double> presence_penalty;
};

struct GenerationRequest {
  std::variant<Conversation, RawPrompt> prompt;
  SamplingParameters sampling;
};

enum class StopReason { kEndTurn, kMaxTokens, kStopSequence, kContextWindowExceeded };

/// Token counts of one generation. `input_tokens` leaves cached ones out, as Bedrock does.
struct Usage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cache_read_input_tokens = 0;
  std::int64_t cache_write_input_tokens = 0;
};

// What a generation reports, in this order: one start, deltas, one end.

struct GenerationStart {
  /// Absent when the engine tells only at the end.
  std::optional<std::int64_t> input_tokens;
};
struct TextDelta {
  std::string text;  ///< whole UTF-8 characters, never empty
};
struct GenerationEnd {
  StopReason reason = StopReason::kEndTurn;
  std::string stop_sequence;  ///< which one, with kStopSequence; not part of the text
  Usage usage;
};
using GenerationEvent = std::variant<GenerationStart, TextDelta, GenerationEnd>;

/// Takes a generation's events as they come. Awaiting on_event is the back-pressure.
class GenerationSink {
 public:
  virtual ~GenerationSink() = default;
  virtual Task<> on_event(GenerationEvent event) = 0;
};

/// A generation as a whole.
struct GenerationReply {
  std::string text;
  GenerationEnd end;
};

}  // namespace bedplate::inference
