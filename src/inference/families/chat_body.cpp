#include "inference/families/chat_body.hpp"

#include <fmt/format.h>

#include "base/api_error.hpp"
#include "base/ids.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::size_t kIdCharacters = 24;

void note_wrong_type(BodyViolations& violations, const std::string& pointer,
                     std::string_view expected, const json::value& found) {
  violations.add(pointer,
                 fmt::format("expected type: {}, found: {}", expected, json_type_name(found)));
}

/// The text of a part, which must be one of text.
std::string read_part(const json::value& value, const std::string& pointer,
                      BodyViolations& violations) {
  const json::object* object = value.if_object();
  if (object == nullptr) {
    note_wrong_type(violations, pointer, "JSONObject", value);
    return {};
  }
  BodyReader part(*object, pointer, violations);
  part.one_of("type", {"text"});
  part.require("text");
  std::string text = part.string("text").value_or("");
  part.refuse_extraneous();
  return text;
}

std::string read_content(const json::value& value, const std::string& pointer,
                         BodyViolations& violations) {
  if (const json::string* text = value.if_string()) return std::string(*text);
  if (value.is_object()) return read_part(value, pointer, violations);
  std::string joined;
  if (const json::array* parts = value.if_array()) {
    for (std::size_t i = 0; i < parts->size(); ++i) {
      joined += read_part((*parts)[i], fmt::format("{}/{}", pointer, i), violations);
    }
  } else {
    note_wrong_type(violations, pointer, "String", value);
  }
  return joined;
}

bool is_json_object(std::string_view text) {
  json::error_code malformed;
  const json::value value = json::parse(text, malformed);
  return !malformed && value.is_object();
}

ToolUseBlock read_call(const json::object& object, const std::string& pointer,
                       BodyViolations& violations) {
  ToolUseBlock call;
  BodyReader reader(object, pointer, violations);
  for (const char* key : {"id", "function"}) reader.require(key);
  call.id = reader.string("id").value_or("");
  reader.one_of("type", {"function"});
  reader.any("index");
  if (const json::object* function = reader.object("function")) {
    BodyReader named(*function, reader.pointer_to("function"), violations);
    for (const char* key : {"name", "arguments"}) named.require(key);
    call.name = named.string("name").value_or("");
    call.input = named.string("arguments").value_or("{}");
    if (!is_json_object(call.input)) {
      violations.add(named.pointer_to("arguments"), "expected a JSON object's text");
    }
  }
  return call;
}

/// Adds to the last turn when it is the same role's: results of several tools are one turn.
void add_block(Conversation& conversation, Role role, ContentBlock block) {
  std::vector<Message>& messages = conversation.messages;
  if (messages.empty() || messages.back().role != role) messages.push_back({role, {}});
  messages.back().content.push_back(std::move(block));
}

void read_message(const json::object& object, const std::string& pointer,
                  Conversation& conversation, BodyViolations& violations) {
  BodyReader reader(object, pointer, violations);
  reader.require("role");
  const std::string role =
      reader.one_of("role", {"system", "user", "assistant", "tool"}).value_or("user");
  const auto calls = reader.objects("tool_calls");
  const auto result_of = reader.string("tool_call_id");
  reader.string("name");
  const json::value* content = reader.any("content");
  if (calls.empty()) reader.require("content");
  std::string text;
  if (content != nullptr) text = read_content(*content, reader.pointer_to("content"), violations);
  reader.refuse_extraneous();
  if (role == "system") {
    conversation.system.emplace_back(TextBlock{std::move(text)});
  } else if (role == "tool") {
    reader.require("tool_call_id");
    ToolResultBlock result{.tool_use_id = result_of.value_or(""), .content = {}};
    result.content.emplace_back(TextBlock{std::move(text)});
    add_block(conversation, Role::kUser, std::move(result));
  } else if (role == "user") {
    add_block(conversation, Role::kUser, TextBlock{std::move(text)});
  } else {
    if (!text.empty() || calls.empty()) {
      add_block(conversation, Role::kAssistant, TextBlock{std::move(text)});
    }
    for (const auto& [call, where] : calls) {
      add_block(conversation, Role::kAssistant, read_call(*call, where, violations));
    }
  }
}

Tool read_tool(const json::object& object, const std::string& pointer, BodyViolations& violations) {
  Tool tool;
  BodyReader reader(object, pointer, violations);
  for (const char* key : {"type", "function"}) reader.require(key);
  reader.one_of("type", {"function"});
  if (const json::object* function = reader.object("function")) {
    BodyReader named(*function, reader.pointer_to("function"), violations);
    named.require("name");
    tool.name = named.filled_string("name").value_or("");
    tool.description = named.string("description").value_or("");
    const json::object* parameters = named.object("parameters");
    tool.input_schema =
        parameters == nullptr ? R"({"type":"object"})" : json::serialize(*parameters);
    named.refuse_extraneous();
  }
  reader.refuse_extraneous();
  return tool;
}

/// A result must answer a call that stands before it.
void check_results(const Conversation& conversation, BodyViolations& violations) {
  std::set<std::string> called;
  for (const Message& message : conversation.messages) {
    for (const ContentBlock& block : message.content) {
      if (const auto* call = std::get_if<ToolUseBlock>(&block)) called.insert(call->id);
      const auto* result = std::get_if<ToolResultBlock>(&block);
      if (result && !called.contains(result->tool_use_id)) {
        violations.add("#/messages",
                       fmt::format("no tool call has the id {}", result->tool_use_id));
      }
    }
  }
}

json::object call_json(const std::string& name, std::string_view input) {
  json::object function{{"name", name}, {"arguments", input}};
  json::object call{{"id", "call_" + random_base62(kIdCharacters)}, {"type", "function"}};
  call["function"] = std::move(function);
  return call;
}

}  // namespace

Conversation read_chat(BodyReader& body) {
  Conversation conversation;
  BodyViolations& violations = body.violations();
  body.require("messages");
  for (const auto& [message, where] : body.objects("messages")) {
    read_message(*message, where, conversation, violations);
  }
  if (violations.empty() && conversation.messages.empty()) {
    violations.add(body.pointer_to("messages"), "expected minimum item count: 1, found: 0");
  }
  if (violations.empty()) check_results(conversation, violations);
  for (const auto& [tool, where] : body.objects("tools")) {
    conversation.tools.push_back(read_tool(*tool, where, violations));
  }
  return conversation;
}

std::vector<std::string> read_stop(BodyReader& body, std::size_t count_max) {
  const json::value* stop = body.any("stop");
  if (stop == nullptr || !stop->is_string()) return body.filled_strings("stop", count_max);
  const auto one = body.filled_string("stop");
  return one ? std::vector<std::string>{*one} : std::vector<std::string>{};
}

json::array chat_tool_calls(const GenerationReply& reply) {
  json::array calls;
  for (const ContentBlock& block : reply.content) {
    if (const auto* call = std::get_if<ToolUseBlock>(&block)) {
      calls.push_back(call_json(call->name, call->input.empty() ? "{}" : call->input));
    }
  }
  return calls;
}

const char* chat_finish_reason(StopReason reason) {
  if (reason == StopReason::kToolUse) return "tool_calls";
  return is_cut_off(reason) ? "length" : "stop";
}

json::object chat_usage(const Usage& usage) {
  return {{"prompt_tokens", usage.input_tokens},
          {"completion_tokens", usage.output_tokens},
          {"total_tokens", usage.input_tokens + usage.output_tokens}};
}

std::optional<json::object> ChatDeltas::delta(const GenerationEvent& event) {
  json::object out;
  if (const auto* text = std::get_if<TextDelta>(&event)) {
    out["content"] = text->text;
    return out;
  }
  json::object call;
  if (const auto* start = std::get_if<ToolUseStart>(&event)) {
    call = call_json(start->name, "");
    ++call_;
  } else if (const auto* input = std::get_if<ToolInputDelta>(&event)) {
    json::object function;
    function["arguments"] = input->json;
    call["function"] = std::move(function);
  } else {
    return std::nullopt;
  }
  call["index"] = call_;
  json::array calls;
  calls.push_back(std::move(call));
  out["tool_calls"] = std::move(calls);
  return out;
}

}  // namespace bedplate::inference
