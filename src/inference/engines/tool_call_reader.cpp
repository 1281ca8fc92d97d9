#include "inference/engines/tool_call_reader.hpp"

#include <boost/json.hpp>

#include "inference/engine.hpp"
#include "inference/engines/tool_prompt.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

constexpr std::size_t kCallBytesMax = 1024 * 1024;
constexpr std::string_view kBlank = " \t\r\n";

void add_text(std::string text, std::vector<GenerationEvent>& events) {
  if (!text.empty()) events.emplace_back(TextDelta{std::move(text), {}});
}

/// The length of the end of `text` that may be the beginning of a tag, with the blanks before it:
/// they are no text when a call follows.
std::size_t held_back(std::string_view text) {
  std::size_t tag = std::min(text.size(), kToolCallOpening.size() - 1);
  while (tag > 0 && !kToolCallOpening.starts_with(text.substr(text.size() - tag))) --tag;
  const std::string_view before = text.substr(0, text.size() - tag);
  const std::size_t last = before.find_last_not_of(kBlank);
  return text.size() - (last == std::string_view::npos ? 0 : last + 1);
}

/// Adds the call that stands between the tags; false when it is none.
bool add_call(std::string_view text, std::vector<GenerationEvent>& events) {
  boost::system::error_code malformed;
  const json::value value = json::parse(text, malformed);
  const json::object* call = malformed ? nullptr : value.if_object();
  const json::value* name = call ? call->if_contains("name") : nullptr;
  if (!name || !name->is_string()) return false;
  const json::value* arguments = call->if_contains("arguments");
  events.emplace_back(ToolUseStart{std::string(name->as_string())});
  events.emplace_back(ToolInputDelta{arguments ? json::serialize(*arguments) : "{}"});
  return true;
}

/// Steps over blanks and then over `expected`; false when something else stands there, or nothing
/// yet.
bool step_over(std::string_view& text, std::string_view expected) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

}  // namespace

void ToolCallReader::take(std::string_view text, std::vector<GenerationEvent>& events) {
  if (text.empty()) return;
  switch (mode_) {
    case ToolReply::kNative:
      return add_text(std::string(text), events);
    case ToolReply::kTagged:
      held_ += text;
      return take_tagged(events);
    case ToolReply::kForced:
      return take_forced(text, events);
  }
}

void ToolCallReader::finish(std::vector<GenerationEvent>& events) {
  if (held_.empty() || mode_ == ToolReply::kNative) return;
  if (mode_ == ToolReply::kTagged && in_call_) {
    // Some models leave the closing tag out.
    if (!add_call(held_, events)) add_text(std::string(kToolCallOpening) + held_, events);
  } else if (mode_ == ToolReply::kTagged) {
    add_text(std::move(held_), events);
  }
  held_.clear();
}

void ToolCallReader::take_tagged(std::vector<GenerationEvent>& events) {
  for (;;) {
    const std::string_view tag = in_call_ ? kToolCallClosing : kToolCallOpening;
    const std::size_t at = held_.find(tag);
    if (at == std::string::npos) break;
    const std::string_view before = std::string_view(held_).substr(0, at);
    if (!in_call_) {
      add_text(std::string(before.substr(0, before.find_last_not_of(kBlank) + 1)), events);
    } else if (!add_call(before, events)) {
      add_text(std::string(kToolCallOpening) + std::string(before) + std::string(tag), events);
    }
    held_.erase(0, at + tag.size());
    in_call_ = !in_call_;
  }
  if (in_call_) {
    if (held_.size() > kCallBytesMax) {
      throw EngineError(EngineError::Kind::kFailed, "The model wrote a tool call without end.");
    }
    return;
  }
  const std::size_t ready = held_.size() - held_back(held_);
  add_text(held_.substr(0, ready), events);
  held_.erase(0, ready);
}

void ToolCallReader::take_forced(std::string_view text, std::vector<GenerationEvent>& events) {
  if (call_over_) return;
  if (in_call_) return pass_input(text, events);
  held_ += text;
  if (!read_forced_head(events)) return;
  in_call_ = true;
  const std::string rest = std::exchange(held_, {});
  pass_input(rest, events);
}

/// `{"name": "…", "arguments":` once it is whole.
bool ToolCallReader::read_forced_head(std::vector<GenerationEvent>& events) {
  std::string_view text = held_;
  if (!step_over(text, "{") || !step_over(text, "\"name\"") || !step_over(text, ":") ||
      !step_over(text, "\"")) {
    return false;
  }
  const std::size_t quote = text.find('"');  // names of tools hold nothing that JSON would escape
  if (quote == std::string_view::npos) return false;
  std::string name(text.substr(0, quote));
  text.remove_prefix(quote + 1);
  if (!step_over(text, ",") || !step_over(text, "\"arguments\"") || !step_over(text, ":")) {
    return false;
  }
  if (!step_over(text, "") || text.empty()) return false;
  events.emplace_back(ToolUseStart{std::move(name)});
  held_ = std::string(text);
  return true;
}

void ToolCallReader::pass_input(std::string_view text, std::vector<GenerationEvent>& events) {
  std::size_t count = 0;
  while (count < text.size() && !call_over_) {
    const char c = text[count++];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      call_over_ = --depth_ == 0;
    }
  }
  if (count > 0) events.emplace_back(ToolInputDelta{std::string(text.substr(0, count))});
}

}  // namespace bedplate::inference
