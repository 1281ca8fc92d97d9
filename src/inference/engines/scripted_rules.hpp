// What the scripted engine answers to what: the rules file (docs/scripted-engine.md).
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inference/engine.hpp"

namespace bedplate::inference {

/// Whether a text is what a rule looks for.
using TextTest = std::function<bool(std::string_view text)>;

/// All members that are set must hold.
struct ScriptedCondition {
  std::vector<TextTest> text;         ///< of the user's last words
  std::vector<TextTest> system;       ///< of the system prompt
  std::vector<TextTest> tool_result;  ///< of the results in the last message; one must do
  std::optional<std::string> tool;    ///< one of the tools that the request offers
  std::optional<std::int64_t> nth;    ///< only the n-th request that all of the others hold for
};

struct ScriptedToolCall {
  std::string name;
  std::string input;  ///< a JSON object
};

struct ScriptedFault {
  EngineError::Kind kind = EngineError::Kind::kFailed;
  std::string message;
  std::int64_t after_tokens = 0;  ///< of the reply; then it breaks off
};

struct ScriptedRule {
  std::string name;  ///< for messages: its own, or its place in the file
  ScriptedCondition condition;
  std::string reasoning;
  std::string text;
  std::vector<ScriptedToolCall> tool_calls;
  std::optional<StopReason> stop_reason;
  std::string stop_sequence;
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::chrono::milliseconds first_token_delay{0};
  std::chrono::milliseconds token_delay{0};
  std::optional<ScriptedFault> fault;
};

struct ScriptedRules {
  std::vector<ScriptedRule> rules;
};

/// Reads a file of at most 4 MiB; TOML when its name ends with .toml, else JSON. Throws
/// std::invalid_argument with a text that names the file and the rule at fault.
ScriptedRules read_rules_blocking(const std::filesystem::path& file);

/// The same from JSON text. `file` is for messages.
ScriptedRules parse_rules(std::string_view json, const std::string& file);

/// What conditions look at, each text up to kTextBytesMax.
struct RequestTexts {
  static constexpr std::size_t kTextBytesMax = 256 * 1024;

  std::string words;                      ///< of the last message in which the user says something
  std::string system;                     ///< the system prompt
  std::vector<std::string> tool_results;  ///< of the last message
  std::vector<std::string> tools;         ///< names
};
RequestTexts texts_in(const GenerationRequest& request);

/// Whether `condition` holds for such a request, `nth` aside.
bool holds(const ScriptedCondition& condition, const RequestTexts& texts);

}  // namespace bedplate::inference
