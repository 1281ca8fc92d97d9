#include "inference/engines/tool_prompt.hpp"

#include <boost/json.hpp>

namespace bedplate::inference {
namespace {

namespace json = boost::json;

/// The JSON that a client sent as text; an object with nothing in it when it is none.
json::value parsed(const std::string& text) {
  boost::system::error_code malformed;
  json::value value = parse_nested(text, malformed);
  if (malformed) return json::object();
  return value;
}

std::string signature_of(const Tool& tool) {
  const json::object function{{"name", tool.name},
                              {"description", tool.description},
                              {"parameters", parsed(tool.input_schema)}};
  return json::serialize(function);
}

/// References within a schema that has been moved to `place` of another one.
void move_references(json::value& value, const std::string& place) {
  if (json::array* array = value.if_array()) {
    for (json::value& item : *array) move_references(item, place);
  } else if (json::object* object = value.if_object()) {
    for (auto& [key, member] : *object) {
      json::string* text = key == "$ref" ? member.if_string() : nullptr;
      if (text && text->starts_with('#')) {
        *text = place + std::string(std::string_view(*text).substr(1));
      } else {
        move_references(member, place);
      }
    }
  }
}

json::value arguments_schema(const Tool& tool, const std::string& place) {
  json::value schema = parsed(tool.input_schema);
  if (!schema.is_object()) return json::object{{"type", "object"}};
  move_references(schema, place);
  if (!schema.as_object().contains("type") && !schema.as_object().contains("$ref")) {
    schema.as_object()["type"] = "object";
  }
  return schema;
}

std::string introduction(const Conversation& conversation) {
  std::string text = "You can call these tools:\n<tools>\n";
  for (const Tool& tool : conversation.tools) text += signature_of(tool) + "\n";
  text += "</tools>\n";
  if (conversation.tool_choice.kind == ToolChoice::Kind::kNone) {
    return text + "Do not call any of them now.";
  }
  return text +
         "To call one, write a JSON object with its name and arguments between tags, and nothing "
         "after it:\n<tool_call>\n{\"name\": \"…\", \"arguments\": {…}}\n</tool_call>";
}

std::string call_text(const ToolUseBlock& call) {
  const json::object object{{"name", call.name}, {"arguments", parsed(call.input)}};
  std::string text(kToolCallOpening);
  text.append("\n").append(json::serialize(object)).append("\n").append(kToolCallClosing);
  return text;
}

/// A tool's result as text, followed by what is no text in it.
void append_result(std::vector<ContentBlock>& content, ToolResultBlock result) {
  std::string text = result.is_error ? "<tool_response error=\"true\">\n" : "<tool_response>\n";
  std::vector<ContentBlock> others;
  for (ToolResultContent& part : result.content) {
    if (const auto* said = std::get_if<TextBlock>(&part)) {
      text += said->text + "\n";
    } else if (auto* image = std::get_if<ImageBlock>(&part)) {
      others.emplace_back(std::move(*image));
    } else if (auto* document = std::get_if<DocumentBlock>(&part)) {
      others.emplace_back(std::move(*document));
    }
  }
  content.emplace_back(TextBlock{text + "</tool_response>"});
  std::move(others.begin(), others.end(), std::back_inserter(content));
}

}  // namespace

json::value parse_nested(std::string_view text, boost::system::error_code& malformed) {
  constexpr std::size_t kNestingMax = 160;
  json::parse_options options;
  options.max_depth = kNestingMax;
  return json::parse(text, malformed, {}, options);
}

Conversation with_tools_as_text(Conversation conversation) {
  if (!conversation.tools.empty()) {
    conversation.system.emplace_back(TextBlock{introduction(conversation)});
  }
  for (Message& message : conversation.messages) {
    std::vector<ContentBlock> content;
    for (ContentBlock& block : message.content) {
      if (const auto* call = std::get_if<ToolUseBlock>(&block)) {
        content.emplace_back(TextBlock{call_text(*call)});
      } else if (auto* result = std::get_if<ToolResultBlock>(&block)) {
        append_result(content, std::move(*result));
      } else {
        content.push_back(std::move(block));
      }
    }
    message.content = std::move(content);
  }
  conversation.tools.clear();
  conversation.tool_choice = {};
  return conversation;
}

std::string call_schema(const Conversation& conversation) {
  json::array calls;
  json::object definitions;
  for (const Tool& tool : conversation.tools) {
    const ToolChoice& choice = conversation.tool_choice;
    if (choice.kind == ToolChoice::Kind::kTool && choice.name != tool.name) continue;
    const std::string key = "tool_" + std::to_string(definitions.size());
    const std::string place = "#/$defs/" + key;
    definitions[key] = arguments_schema(tool, place);
    json::object name{{"const", tool.name}};
    json::object arguments{{"$ref", place}};
    json::object properties{{"name", std::move(name)}, {"arguments", std::move(arguments)}};
    calls.push_back(json::object{{"type", "object"},
                                 {"properties", std::move(properties)},
                                 {"required", {"name", "arguments"}},
                                 {"additionalProperties", false}});
  }
  json::object schema;
  if (calls.size() == 1) {
    schema = std::move(calls.front().as_object());
  } else {
    schema["anyOf"] = std::move(calls);
  }
  schema["$defs"] = std::move(definitions);
  return json::serialize(schema);
}

}  // namespace bedplate::inference
