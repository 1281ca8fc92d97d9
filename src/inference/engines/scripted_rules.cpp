#include "inference/engines/scripted_rules.hpp"

#include <fmt/format.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <boost/json.hpp>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace bedplate::inference {
namespace {

namespace json = boost::json;

constexpr std::uintmax_t kFileBytesMax = 4 * 1024 * 1024;
constexpr std::size_t kRulesMax = 1'000;
constexpr std::size_t kToolCallsMax = 64;
constexpr std::int64_t kDelayMaxMs = 600'000;
constexpr std::int64_t kNumberMax = 1'000'000'000;
constexpr std::uint32_t kMatchStepsMax = 1'000'000;  ///< of backtracking; more: no match

std::invalid_argument bad(const std::string& what) {
  return std::invalid_argument(what);
}

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

TextTest contains(std::string wanted) {
  return [wanted = std::move(wanted)](std::string_view text) {
    return text.find(wanted) != std::string_view::npos;
  };
}

/// Throws std::invalid_argument with PCRE2's words.
TextTest matches(const std::string& pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  const std::shared_ptr<pcre2_code> code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), PCRE2_UTF, &error,
                    &offset, nullptr),
      FreeCode());
  if (!code) {
    std::array<PCRE2_UCHAR, 256> words{};
    pcre2_get_error_message(error, words.data(), words.size());
    throw bad(
        fmt::format("{} at character {}", reinterpret_cast<const char*>(words.data()), offset));
  }
  return [code](std::string_view text) {
    const std::unique_ptr<pcre2_match_data, FreeData> data(
        pcre2_match_data_create_from_pattern(code.get(), nullptr));
    const std::unique_ptr<pcre2_match_context, FreeContext> context(
        pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(context.get(), kMatchStepsMax);
    return pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0,
                       data.get(), context.get()) >= 0;
  };
}

/// One object of the file. Every member must be asked for: a typo is an error, not a silence.
class Members {
 public:
  Members(const json::value& value, std::string where) : where_(std::move(where)) {
    object_ = value.if_object();
    if (!object_) throw bad(where_ + " must be an object");
  }
  const json::value* find(std::string_view key) {
    known_.emplace(key);
    return object_->if_contains(key);
  }
  std::optional<std::string> text(std::string_view key) {
    const json::value* value = find(key);
    if (!value) return std::nullopt;
    if (!value->is_string()) throw error(key, "must be a text");
    return std::string(value->as_string());
  }
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max) {
    const json::value* value = find(key);
    if (!value) return std::nullopt;
    if (!value->is_int64() || value->as_int64() < min || value->as_int64() > max) {
      throw error(key, fmt::format("must be a whole number from {} to {}", min, max));
    }
    return value->as_int64();
  }
  const json::array* list(std::string_view key, std::size_t size_max) {
    const json::value* value = find(key);
    if (!value) return nullptr;
    const json::array* list = value->if_array();
    if (!list || list->size() > size_max) {
      throw error(key, fmt::format("must be a list of at most {}", size_max));
    }
    return list;
  }
  void refuse_unknown() const {
    for (const auto& member : *object_) {
      if (!known_.contains(std::string(member.key()))) throw error(member.key(), "is unknown");
    }
  }
  std::invalid_argument error(std::string_view key, const std::string& what) const {
    return bad(fmt::format("{}: '{}' {}", where_, key, what));
  }
  const std::string& where() const { return where_; }

 private:
  const json::object* object_ = nullptr;
  std::string where_;
  std::set<std::string> known_;
};

/// NAME_contains and NAME_matches.
std::vector<TextTest> read_tests(Members& members, const std::string& name) {
  std::vector<TextTest> tests;
  if (auto wanted = members.text(name + "_contains")) {
    tests.push_back(contains(std::move(*wanted)));
  }
  const std::string key = name + "_matches";
  if (const auto pattern = members.text(key)) {
    try {
      tests.push_back(matches(*pattern));
    } catch (const std::invalid_argument& problem) {
      throw members.error(key, fmt::format("is no regular expression: {}", problem.what()));
    }
  }
  return tests;
}

ScriptedCondition read_condition(const json::value& value, const std::string& where) {
  Members members(value, where + ", 'when'");
  ScriptedCondition condition;
  condition.text = read_tests(members, "text");
  condition.system = read_tests(members, "system");
  condition.tool_result = read_tests(members, "tool_result");
  condition.tool = members.text("tool");
  condition.nth = members.integer("nth", 1, kNumberMax);
  members.refuse_unknown();
  return condition;
}

template <class Value>
struct Named {
  std::string_view name;
  Value value;
};

constexpr std::array kStopReasons{
    Named<StopReason>{"end_turn", StopReason::kEndTurn},
    Named<StopReason>{"max_tokens", StopReason::kMaxTokens},
    Named<StopReason>{"stop_sequence", StopReason::kStopSequence},
    Named<StopReason>{"tool_use", StopReason::kToolUse},
    Named<StopReason>{"model_context_window_exceeded", StopReason::kContextWindowExceeded}};

using Kind = EngineError::Kind;
constexpr std::array kFaults{Named<Kind>{"throttle", Kind::kBusy},
                             Named<Kind>{"unavailable", Kind::kUnavailable},
                             Named<Kind>{"not_ready", Kind::kNotReady},
                             Named<Kind>{"timeout", Kind::kTimeout},
                             Named<Kind>{"fail", Kind::kFailed},
                             Named<Kind>{"invalid_request", Kind::kInvalidRequest},
                             Named<Kind>{"context_overflow", Kind::kContextOverflow}};

template <class Value, std::size_t kCount>
std::optional<Value> read_named(Members& members, std::string_view key,
                                const std::array<Named<Value>, kCount>& all) {
  const auto text = members.text(key);
  if (!text) return std::nullopt;
  std::string names;
  for (const auto& [name, value] : all) {
    if (name == *text) return value;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
  }
  throw members.error(key, "must be one of " + names);
}

std::optional<ScriptedFault> read_fault(Members& members) {
  const auto kind = read_named(members, "fault", kFaults);
  const auto after = members.integer("fault_after_tokens", 1, kNumberMax);
  auto message = members.text("fault_message");
  if (!kind) {
    if (after) throw members.error("fault_after_tokens", "needs 'fault'");
    if (message) throw members.error("fault_message", "needs 'fault'");
    return std::nullopt;
  }
  if (after && *kind != Kind::kFailed && *kind != Kind::kTimeout) {
    throw members.error("fault_after_tokens", "goes only with the faults fail and timeout");
  }
  return ScriptedFault{*kind, message.value_or("The rules file says so."), after.value_or(0)};
}

std::vector<ScriptedToolCall> read_tool_calls(Members& members) {
  std::vector<ScriptedToolCall> calls;
  const json::array* list = members.list("tool_calls", kToolCallsMax);
  if (!list) return calls;
  for (const json::value& item : *list) {
    Members call(item, fmt::format("{}, tool call {}", members.where(), calls.size() + 1));
    auto name = call.text("name");
    if (!name || name->empty()) throw call.error("name", "is missing");
    const json::value* input = call.find("input");
    if (input && !input->is_object()) throw call.error("input", "must be an object");
    call.refuse_unknown();
    calls.push_back({std::move(*name), input ? json::serialize(*input) : "{}"});
  }
  return calls;
}

void read_usage(Members& members, ScriptedRule& rule) {
  const json::value* value = members.find("usage");
  if (!value) return;
  Members usage(*value, members.where() + ", 'usage'");
  rule.input_tokens = usage.integer("input_tokens", 0, kNumberMax);
  rule.output_tokens = usage.integer("output_tokens", 0, kNumberMax);
  usage.refuse_unknown();
}

void check(const ScriptedRule& rule, const Members& members) {
  const bool says_something = !rule.text.empty() || !rule.tool_calls.empty() || rule.fault;
  if (!says_something)
    throw members.error("text", "is missing: a rule needs 'text', 'tool_calls' or 'fault'");
  const bool stops_at_sequence = rule.stop_reason == StopReason::kStopSequence;
  if (stops_at_sequence == rule.stop_sequence.empty()) {
    throw members.error("stop_sequence", "goes with the stop reason stop_sequence, and only then");
  }
  if (rule.stop_reason == StopReason::kToolUse && rule.tool_calls.empty()) {
    throw members.error("stop_reason", "is tool_use, but there are no 'tool_calls'");
  }
}

ScriptedRule read_rule(const json::value& value, const std::string& file, std::size_t number) {
  Members named(value, fmt::format("{}: rule {}", file, number));
  ScriptedRule rule;
  const auto name = named.text("name");
  rule.name = name ? fmt::format("{} ({})", number, *name) : fmt::to_string(number);
  Members members(value, fmt::format("{}: rule {}", file, rule.name));
  members.find("name");
  if (const json::value* when = members.find("when")) {
    rule.condition = read_condition(*when, members.where());
  }
  rule.reasoning = members.text("reasoning").value_or("");
  rule.text = members.text("text").value_or("");
  rule.tool_calls = read_tool_calls(members);
  rule.stop_reason = read_named(members, "stop_reason", kStopReasons);
  rule.stop_sequence = members.text("stop_sequence").value_or("");
  read_usage(members, rule);
  const auto delay = [&](std::string_view key) {
    return std::chrono::milliseconds(members.integer(key, 0, kDelayMaxMs).value_or(0));
  };
  rule.first_token_delay = delay("first_token_delay_ms");
  rule.token_delay = delay("token_delay_ms");
  rule.fault = read_fault(members);
  members.refuse_unknown();
  check(rule, members);
  return rule;
}

std::string toml_as_json(std::string_view text, const std::string& file) {
  try {
    std::ostringstream out;
    out << toml::json_formatter{toml::parse(text, file)};
    return out.str();
  } catch (const toml::parse_error& problem) {
    throw bad(fmt::format("{}:{}: {}", file, problem.source().begin.line, problem.description()));
  }
}

}  // namespace

ScriptedRules parse_rules(std::string_view text, const std::string& file) {
  boost::system::error_code malformed;
  const json::value value = json::parse(text, malformed);
  if (malformed) throw bad(fmt::format("{} is not JSON: {}", file, malformed.message()));
  Members members(value, file);
  const json::array* list = members.list("rules", kRulesMax);
  if (!list || list->empty()) throw members.error("rules", "is missing or empty");
  members.refuse_unknown();
  ScriptedRules rules;
  for (const json::value& item : *list) {
    rules.rules.push_back(read_rule(item, file, rules.rules.size() + 1));
  }
  return rules;
}

ScriptedRules read_rules_blocking(const std::filesystem::path& file) {
  std::error_code trouble;
  const std::uintmax_t bytes = std::filesystem::file_size(file, trouble);
  if (trouble) {
    throw bad(
        fmt::format("the rules file {} cannot be read: {}", file.string(), trouble.message()));
  }
  if (bytes > kFileBytesMax) {
    throw bad(fmt::format("the rules file {} is longer than 4 MiB", file.string()));
  }
  std::string text(bytes, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(text.data(), static_cast<std::streamsize>(bytes));
  if (!in) throw bad(fmt::format("the rules file {} cannot be read", file.string()));
  if (file.extension() == ".toml") text = toml_as_json(text, file.string());
  return parse_rules(text, file.string());
}

}  // namespace bedplate::inference
