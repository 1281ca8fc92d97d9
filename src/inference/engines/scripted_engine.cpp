#include "inference/engines/scripted_engine.hpp"

#include <fmt/format.h>

namespace bedplate::inference {
namespace {

using Events = std::vector<GenerationEvent>;

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

std::int64_t words_in(std::string_view text) {
  return static_cast<std::int64_t>(scripted_tokens(text).size());
}

/// Images count nothing: the engine does not look at them.
template <class Block>
std::int64_t words_in_block(const Block& block) {
  if (const auto* text = std::get_if<TextBlock>(&block)) return words_in(text->text);
  if (const auto* document = std::get_if<DocumentBlock>(&block)) {
    std::int64_t words = 0;
    for (const std::string& part : document->parts) words += words_in(std::string_view(part));
    return words;
  }
  return 0;
}

std::int64_t words_in_result(const ToolResultBlock& result) {
  std::int64_t words = 0;
  for (const ToolResultContent& part : result.content) words += words_in_block(part);
  return words;
}

std::int64_t words_in_blocks(const std::vector<ContentBlock>& blocks) {
  std::int64_t words = 0;
  for (const ContentBlock& block : blocks) {
    words += words_in_block(block);
    if (const auto* call = std::get_if<ToolUseBlock>(&block)) words += words_in(call->input);
    if (const auto* thought = std::get_if<ReasoningBlock>(&block)) words += words_in(thought->text);
    if (const auto* result = std::get_if<ToolResultBlock>(&block))
      words += words_in_result(*result);
  }
  return words;
}

std::int64_t words_in_prompt(const GenerationRequest& request) {
  const auto* conversation = std::get_if<Conversation>(&request.prompt);
  if (!conversation) return words_in(std::get<RawPrompt>(request.prompt).text);
  std::int64_t words = words_in_blocks(conversation->system);
  for (const Message& message : conversation->messages) words += words_in_blocks(message.content);
  for (const Tool& tool : conversation->tools) {
    words += words_in(tool.description) + words_in(tool.input_schema);
  }
  return words;
}

/// What a rule says, cut as the request wants it: at a stop sequence, and after the most tokens.
struct Script {
  Events tokens;  ///< one event each, beside ToolUseStarts, which are none
  GenerationEnd end;
};

bool is_token(const GenerationEvent& event) {
  return !std::holds_alternative<ToolUseStart>(event);
}

std::string cut_at_stop_sequence(const std::string& text, const SamplingParameters& sampling,
                                 GenerationEnd& end) {
  std::size_t first = std::string::npos;
  for (const std::string& sequence : sampling.stop_sequences) {
    const std::size_t at = sequence.empty() ? std::string::npos : text.find(sequence);
    if (at >= first) continue;
    first = at;
    end.reason = StopReason::kStopSequence;
    end.stop_sequence = sequence;
  }
  return text.substr(0, first);
}

Script write_script(const ScriptedRule& rule, const GenerationRequest& request) {
  Script script;
  if (request.reasoning.enabled) {
    for (std::string& token : scripted_tokens(rule.reasoning)) {
      script.tokens.emplace_back(ReasoningDelta{std::move(token)});
    }
  }
  const std::string text = cut_at_stop_sequence(rule.text, request.sampling, script.end);
  for (std::string& token : scripted_tokens(text)) {
    script.tokens.emplace_back(TextDelta{std::move(token), {}});
  }
  if (script.end.reason != StopReason::kStopSequence) {
    for (const ScriptedToolCall& call : rule.tool_calls) {
      script.tokens.emplace_back(ToolUseStart{call.name});
      for (std::string& token : scripted_tokens(call.input)) {
        script.tokens.emplace_back(ToolInputDelta{std::move(token)});
      }
      script.end.reason = StopReason::kToolUse;
    }
    if (rule.stop_reason) script.end.reason = *rule.stop_reason;
    if (rule.stop_reason) script.end.stop_sequence = rule.stop_sequence;
  }
  std::int64_t& count = script.end.usage.output_tokens;
  for (auto at = script.tokens.begin(); at != script.tokens.end(); ++at) {
    if (!is_token(*at)) continue;
    if (request.sampling.max_tokens && count >= *request.sampling.max_tokens) {
      script.tokens.erase(at, script.tokens.end());
      script.end.reason = StopReason::kMaxTokens;
      script.end.stop_sequence.clear();
      break;
    }
    ++count;
  }
  if (rule.output_tokens) count = *rule.output_tokens;
  return script;
}

Task<> wait(std::chrono::milliseconds delay, std::chrono::milliseconds timeout) {
  if (delay.count() == 0) co_return;
  Timer timer(co_await boost::asio::this_coro::executor);
  timer.expires_after(std::min(delay, timeout));
  co_await timer.async_wait(use_task);
  if (delay > timeout) {
    throw EngineError(EngineError::Kind::kTimeout, "The model gave no token in time.");
  }
}

EngineError error_of(const ScriptedFault& fault, std::int64_t input_tokens) {
  EngineError error(fault.kind, fault.message);
  if (fault.kind == EngineError::Kind::kContextOverflow) {
    error.prompt_tokens = input_tokens;
    error.context_tokens = std::max<std::int64_t>(input_tokens - 1, 0);
  }
  return error;
}

}  // namespace

std::vector<std::string> scripted_tokens(std::string_view text) {
  std::vector<std::string> tokens;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = begin;
    while (end < text.size() && is_space(text[end])) ++end;
    while (end < text.size() && !is_space(text[end])) ++end;
    tokens.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  return tokens;
}

ScriptedEngine::ScriptedEngine(EngineOptions options)
    : options_(std::move(options)),
      served_by_("scripted/" + std::get<ScriptedOptions>(options_.kind).rules.filename().string()),
      rules_(read_rules_blocking(std::get<ScriptedOptions>(options_.kind).rules)),
      seen_(rules_.rules.size(), 0) {}

const ScriptedRule* ScriptedEngine::choose(const GenerationRequest& request, bool answers) {
  const RequestTexts texts = texts_in(request);
  const ScriptedRule* chosen = nullptr;
  for (std::size_t i = 0; i < rules_.rules.size(); ++i) {
    const ScriptedRule& rule = rules_.rules[i];
    // Rules with `nth` count whether or not an earlier one answers.
    if (chosen && !rule.condition.nth) continue;
    if (!holds(rule.condition, texts)) continue;
    const std::lock_guard lock(mutex_);
    const std::int64_t time = seen_[i] + 1;
    if (answers) seen_[i] = time;
    const bool due = !rule.condition.nth || *rule.condition.nth == time;
    if (!chosen && due) chosen = &rule;
  }
  return chosen;
}

Task<> ScriptedEngine::generate(GenerationRequest request, GenerationSink& sink) {
  const auto self = shared_from_this();
  if (request.token_probabilities) {
    throw EngineError(EngineError::Kind::kInvalidRequest,
                      "The engine that serves this model has no probabilities to report.");
  }
  const ScriptedRule* rule = choose(request, true);
  if (!rule) {
    throw EngineError(
        EngineError::Kind::kInvalidRequest,
        fmt::format("No rule of the scripted engine '{}' is for this request.", options_.name));
  }
  const std::int64_t input_tokens = rule->input_tokens.value_or(words_in_prompt(request));
  Script script = write_script(*rule, request);
  request = {};
  co_await wait(rule->first_token_delay, options_.first_token_timeout);
  if (rule->fault && rule->fault->after_tokens == 0) throw error_of(*rule->fault, input_tokens);
  GenerationEvent start(GenerationStart{.input_tokens = input_tokens});
  co_await sink.on_event(std::move(start));
  std::int64_t sent = 0;
  for (GenerationEvent& event : script.tokens) {
    const bool token = is_token(event);
    if (token && rule->fault && sent >= rule->fault->after_tokens) {
      throw error_of(*rule->fault, input_tokens);
    }
    if (token && sent > 0) co_await wait(rule->token_delay, options_.next_token_timeout);
    co_await sink.on_event(std::move(event));
    if (token) ++sent;
  }
  if (rule->fault) throw error_of(*rule->fault, input_tokens);
  script.end.usage.input_tokens = input_tokens;
  GenerationEvent end(std::move(script.end));
  co_await sink.on_event(std::move(end));
}

Task<std::int64_t> ScriptedEngine::count_tokens(GenerationRequest request) {
  const ScriptedRule* rule = choose(request, false);
  co_return rule && rule->input_tokens ? *rule->input_tokens : words_in_prompt(request);
}

EngineStatus ScriptedEngine::status() const {
  EngineStatus status;
  status.name = options_.name;
  status.state = "ready";
  return status;
}

}  // namespace bedplate::inference
