// The canonical conversation: what every family's body is translated to, and every engine's
// request is made from (docs/architecture.md, "Inference").
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "async/slot_claim.hpp"
#include "async/task.hpp"

namespace bedplate::inference {

enum class Role { kUser, kAssistant };

struct ImageBlock {
  std::string format;  ///< png, jpeg, gif or webp, as the client says
  std::string bytes;
};

struct DocumentBlock {
  std::string name;
  std::string format;              ///< pdf, csv, doc, docx, xls, xlsx, html, txt or md
  std::string bytes;               ///< not read yet; empty once the parts are there
  std::vector<std::string> parts;  ///< pages, or the client's own chunks, or one whole
  enum class Unit { kCharacters, kPages, kChunks } unit = Unit::kCharacters;
  std::string context;     ///< what the client says about it
  bool citations = false;  ///< the reply shall point at its sources
};

/// A place in one of the request's documents that a part of the reply rests on.
struct Citation {
  std::size_t document_index = 0;  ///< among all documents of the request, in its order
  std::string title;               ///< the document's name
  std::string text;                ///< of the source, as it is there
  DocumentBlock::Unit unit = DocumentBlock::Unit::kCharacters;
  /// Half-open. Characters are Unicode code points of the text; pages count from 1, the others
  /// from 0.
  std::int64_t start = 0;
  std::int64_t end = 0;
};

struct TextBlock {
  std::string text;
  std::vector<Citation> citations = {};  ///< of a reply
};

/// The assistant's call of a tool.
struct ToolUseBlock {
  std::string id;  ///< the client's; empty in a reply until whoever renders it gives it one
  std::string name;
  std::string input;  ///< a JSON object
};

using ToolResultContent = std::variant<TextBlock, ImageBlock, DocumentBlock>;

/// What a tool gave back. JSON results are texts.
struct ToolResultBlock {
  std::string tool_use_id;
  std::vector<ToolResultContent> content;
  bool is_error = false;
};

/// The model's thinking.
struct ReasoningBlock {
  std::string text;
  std::string signature;
  std::string redacted;  ///< opaque bytes instead of a text
};

/// The prefix up to here shall be kept.
struct CachePoint {
  std::chrono::seconds time_to_live{300};
};

/// What a message consists of.
using ContentBlock = std::variant<TextBlock, ImageBlock, DocumentBlock, ToolUseBlock,
                                  ToolResultBlock, ReasoningBlock, CachePoint>;

struct Message {
  Role role = Role::kUser;
  std::vector<ContentBlock> content;
};

struct Tool {
  std::string name;
  std::string description;
  std::string input_schema;  ///< a JSON schema
};

struct ToolChoice {
  enum class Kind {
    kAuto,  ///< the model decides
    kAny,   ///< it must call one
    kTool,  ///< it must call the named one
    kNone,  ///< it must not, although the conversation shows tools
  } kind = Kind::kAuto;
  std::string name;      ///< with kTool
  bool parallel = true;  ///< a reply may hold several calls
};

/// Turns in order. A last message of the assistant is a prefill: the reply continues it and does
/// not repeat it.
struct Conversation {
  std::vector<ContentBlock> system;  ///< texts and cache points
  std::vector<Message> messages;
  std::vector<Tool> tools;
  bool cache_tools = false;  ///< a cache point stands behind the tools:
  CachePoint tools_point;
  ToolChoice tool_choice;
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

struct ReasoningParameters {
  bool enabled = false;
  std::optional<std::int64_t> budget_tokens;  ///< most tokens of it; absent: no bound
  std::string effort;                         ///< low, medium, high, max; empty: the weights' own
};

struct GenerationRequest {
  std::string model_id;  ///< of the catalogue, for engines that serve several
  std::variant<Conversation, RawPrompt> prompt;
  SamplingParameters sampling;
  ReasoningParameters reasoning;
  std::string output_schema;         ///< JSON schema that the reply's text must fit; empty: free
  bool token_probabilities = false;  ///< report the reply's tokens with their log-probabilities
  /// Report those of the last turn's text, too, where the engine can; only with the start of the
  /// first of several replies.
  bool prompt_probabilities = false;
  int replies = 1;  ///< how many; an engine gives one at a time
  SlotClaim claim;  ///< see ResolvedModel
};

enum class StopReason { kEndTurn, kMaxTokens, kStopSequence, kContextWindowExceeded, kToolUse };

/// Token counts of one generation. From an engine, `input_tokens` is all of the input and
/// `cache_read_input_tokens` what it still had of it; the operations turn that into what the
/// request's cache points give, `input_tokens` then leaves cached ones out, as Bedrock does.
struct Usage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cache_read_input_tokens = 0;
  std::int64_t cache_write_input_tokens = 0;
  std::int64_t cache_write_1h_input_tokens = 0;       ///< of those, what is kept for an hour
  std::optional<std::int64_t> reasoning_tokens = {};  ///< of the output; nothing: not told
};

// What a generation reports, in this order: one start, deltas and tool calls, one end. Deltas of
// one kind in a row belong to one content block. See generate_in_turn() for several in one stream.

/// One token of a reply or a prompt, of a request that asks for it.
struct TokenProbability {
  std::string text;
  double log_probability = 0;
};
struct GenerationStart {
  /// Absent when the engine tells only at the end.
  std::optional<std::int64_t> input_tokens;
  std::int64_t cache_read_input_tokens = 0;
  std::int64_t cache_write_input_tokens = 0;
  std::vector<TokenProbability> prompt_tokens = {};  ///< see prompt_probabilities
};
struct TextDelta {
  std::string text;  ///< whole UTF-8 characters, never empty
  std::vector<TokenProbability> tokens;
  /// Not empty: the delta is a block of its own, with these sources. Comes from the operations,
  /// not from the engine.
  std::vector<Citation> citations = {};
};
struct ReasoningDelta {
  std::string text;  ///< whole UTF-8 characters, never empty
};
/// Ends a reasoning block. Comes from the operations; from an engine only when its thinking has a
/// signature that must come back to it.
struct ReasoningEnd {
  std::string signature;
};
/// Begins a tool call; its input follows as ToolInputDeltas, which may be none when it breaks off.
struct ToolUseStart {
  std::string name;
};
struct ToolInputDelta {
  std::string json;  ///< a piece of the input's text, cut anywhere
};
struct GenerationEnd {
  StopReason reason = StopReason::kEndTurn;
  std::string stop_sequence;  ///< which one, with kStopSequence; not part of the text
  Usage usage;
  /// Another reply to the same request follows. The last one's usage counts the output of all.
  bool followed = false;
};
using GenerationEvent = std::variant<GenerationStart, TextDelta, ReasoningDelta, ReasoningEnd,
                                     ToolUseStart, ToolInputDelta, GenerationEnd>;

/// Takes a generation's events as they come. Awaiting on_event is the back-pressure.
class GenerationSink {
 public:
  virtual ~GenerationSink() = default;
  virtual Task<> on_event(GenerationEvent event) = 0;
};

/// A generation as a whole.
struct GenerationReply {
  std::vector<ContentBlock> content;  ///< texts, reasoning, tool calls
  std::vector<TokenProbability> tokens;
  std::vector<TokenProbability> prompt_tokens;  ///< empty: the engine did not tell
  GenerationEnd end;
  /// The further replies of a request for several. `end.usage` counts the output of all.
  std::vector<GenerationReply> alternatives;

  /// The texts, joined.
  std::string text() const;
};

/// Adds what an event brings to a reply's content, or to its last alternative's.
void append(GenerationReply& reply, GenerationEvent event);

}  // namespace bedplate::inference
