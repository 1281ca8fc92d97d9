#include "inference/families/anthropic_content.hpp"

#include <fmt/format.h>

#include "base/api_error.hpp"
#include "base/bytes.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

/// "#/messages/0/content/1" as Anthropic writes it: "messages.0.content.1".
std::string dotted(std::string_view pointer) {
  std::string path(pointer.substr(pointer.starts_with("#/") ? 2 : 0));
  if (path.ends_with('/')) path.pop_back();
  for (char& c : path) {
    if (c == '/') c = '.';
  }
  return path;
}

std::string decode(BodyReader& source) {
  source.require("data");
  const auto bytes = base64_decode(source.string("data").value_or(""));
  if (!bytes) {
    throw errors::validation(
        fmt::format("{}: Invalid base64 data", dotted(source.pointer_to("base64.data"))));
  }
  return *bytes;
}

ImageBlock read_image(BodyReader& block, BodyViolations& violations) {
  ImageBlock image;
  block.require("source");
  const json::object* object = block.object("source");
  if (object == nullptr) return image;
  BodyReader source(*object, block.pointer_to("source"), violations);
  const std::string type = source.string("type").value_or("base64");
  if (type != "base64") {
    throw errors::validation(fmt::format("{}: URL sources are not supported on Amazon Bedrock.",
                                         dotted(block.pointer_to("source"))));
  }
  source.require("media_type");
  const std::string media_type = source.string("media_type").value_or("image/png");
  constexpr std::string_view kKnown[] = {"image/jpeg", "image/png", "image/gif", "image/webp"};
  if (std::find(std::begin(kKnown), std::end(kKnown), media_type) == std::end(kKnown)) {
    throw errors::validation(fmt::format(
        "{}.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or "
        "'image/webp'",
        dotted(block.pointer_to("source"))));
  }
  image.format = media_type.substr(std::string_view("image/").size());
  image.bytes = decode(source);
  return image;
}

/// Sources: base64 (PDF), text, content (a list of the client's own chunks).
void read_document_source(BodyReader& source, DocumentBlock& document, BodyViolations& violations) {
  const std::string type = source.string("type").value_or("base64");
  if (type == "base64") {
    const std::string media_type = source.string("media_type").value_or("application/pdf");
    if (media_type != "application/pdf") {
      throw errors::validation(
          fmt::format("{}.base64.media_type: Input should be 'application/pdf'",
                      dotted(source.pointer_to(""))));
    }
    document.format = "pdf";
    document.unit = DocumentBlock::Unit::kPages;
    document.bytes = decode(source);
  } else if (type == "text") {
    source.any("media_type");
    source.require("data");
    document.format = "txt";
    document.parts.push_back(source.string("data").value_or(""));
  } else if (type == "content") {
    document.unit = DocumentBlock::Unit::kChunks;
    source.require("content");
    const json::value* content = source.any("content");
    if (content == nullptr) return;
    for (const ContentBlock& block :
         read_anthropic_content(*content, source.pointer_to("content"), violations)) {
      if (const auto* text = std::get_if<TextBlock>(&block)) document.parts.push_back(text->text);
    }
  } else {
    throw errors::validation(fmt::format("{}: URL sources are not supported on Amazon Bedrock.",
                                         dotted(source.pointer_to(""))));
  }
}

DocumentBlock read_document(BodyReader& block, BodyViolations& violations) {
  DocumentBlock document;
  document.name = block.string("title").value_or("");
  document.context = block.string("context").value_or("");
  if (const json::object* citations = block.object("citations")) {
    BodyReader reader(*citations, block.pointer_to("citations"), violations);
    document.citations = reader.boolean("enabled").value_or(false);
  }
  block.require("source");
  if (const json::object* object = block.object("source")) {
    BodyReader source(*object, block.pointer_to("source"), violations);
    read_document_source(source, document, violations);
  }
  return document;
}

ToolUseBlock read_tool_use(BodyReader& block) {
  for (const char* key : {"id", "name", "input"}) block.require(key);
  const json::object* input = block.object("input");
  return {block.string("id").value_or(""), block.string("name").value_or(""),
          input ? json::serialize(*input) : "{}"};
}

ToolResultBlock read_tool_result(BodyReader& block, BodyViolations& violations) {
  ToolResultBlock result;
  block.require("tool_use_id");
  result.tool_use_id = block.string("tool_use_id").value_or("");
  result.is_error = block.boolean("is_error").value_or(false);
  const json::value* content = block.any("content");
  if (content == nullptr) return result;
  for (ContentBlock& part :
       read_anthropic_content(*content, block.pointer_to("content"), violations)) {
    if (auto* text = std::get_if<TextBlock>(&part)) {
      result.content.emplace_back(std::move(*text));
    } else if (auto* image = std::get_if<ImageBlock>(&part)) {
      result.content.emplace_back(std::move(*image));
    } else if (auto* document = std::get_if<DocumentBlock>(&part)) {
      result.content.emplace_back(std::move(*document));
    }
  }
  return result;
}

ReasoningBlock read_thinking_block(BodyReader& block, bool redacted) {
  ReasoningBlock reasoning;
  if (redacted) {
    block.require("data");
    reasoning.redacted = block.string("data").value_or("");
    return reasoning;
  }
  block.require("thinking");
  reasoning.text = block.string("thinking").value_or("");
  const auto signature = block.string("signature");
  if (!signature) {
    throw errors::validation(
        fmt::format("{}: Field required", dotted(block.pointer_to("thinking.signature"))));
  }
  reasoning.signature = *signature;
  return reasoning;
}

ContentBlock read_block(BodyReader& block, BodyViolations& violations) {
  block.require("type");
  const std::string type = block.string("type").value_or("text");
  if (type == "text") {
    block.require("text");
    block.any("citations");  // of a reply that comes back
    return TextBlock{block.string("text").value_or("")};
  }
  if (type == "image") return read_image(block, violations);
  if (type == "document") return read_document(block, violations);
  if (type == "tool_use") return read_tool_use(block);
  if (type == "tool_result") return read_tool_result(block, violations);
  if (type == "thinking" || type == "redacted_thinking") {
    return read_thinking_block(block, type == "redacted_thinking");
  }
  if (type == "search_result" || type.starts_with("server_tool") ||
      type.ends_with("_tool_result")) {
    throw errors::not_implemented(fmt::format("{} blocks in Anthropic Messages bodies", type));
  }
  throw errors::validation(fmt::format(
      "{}: Input tag '{}' found using 'type' does not match any of the expected tags: 'document', "
      "'image', 'redacted_thinking', 'text', 'thinking', 'tool_result', 'tool_use'",
      dotted(block.pointer_to("")), type));
}

/// A block's `cache_control`; nothing when it has none.
std::optional<CachePoint> read_cache_control(BodyReader& block, BodyViolations& violations) {
  const json::object* object = block.object("cache_control");
  if (object == nullptr) return std::nullopt;
  BodyReader control(*object, block.pointer_to("cache_control"), violations);
  control.require("type");
  const std::string type = control.string("type").value_or("ephemeral");
  const std::string ttl = control.string("ttl").value_or("5m");
  if (type != "ephemeral" || (ttl != "5m" && ttl != "1h")) {
    throw errors::validation(
        fmt::format("{}: Input should be '{}'",
                    dotted(control.pointer_to(type != "ephemeral" ? "type" : "ttl")),
                    type != "ephemeral" ? "ephemeral" : "5m' or '1h"));
  }
  return CachePoint{std::chrono::seconds(ttl == "1h" ? 3600 : 300)};
}

json::object text_property(std::string_view description) {
  return {{"type", "string"}, {"description", description}};
}

std::string schema_text(json::object properties, json::array required) {
  json::object schema{{"type", "object"}};
  schema["properties"] = std::move(properties);
  schema["required"] = std::move(required);
  return json::serialize(schema);
}

std::string computer_schema() {
  json::object action{{"type", "string"}};
  action["enum"] = {"key",
                    "type",
                    "mouse_move",
                    "left_click",
                    "left_click_drag",
                    "right_click",
                    "middle_click",
                    "double_click",
                    "triple_click",
                    "screenshot",
                    "cursor_position",
                    "scroll",
                    "hold_key",
                    "wait",
                    "left_mouse_down",
                    "left_mouse_up"};
  json::object number{{"type", "integer"}};
  json::object coordinate{{"type", "array"}, {"minItems", 2}, {"maxItems", 2}};
  coordinate["items"] = number;
  json::object direction{{"type", "string"}};
  direction["enum"] = {"up", "down", "left", "right"};
  json::object properties;
  properties["action"] = std::move(action);
  properties["coordinate"] = coordinate;
  properties["start_coordinate"] = std::move(coordinate);
  properties["text"] = text_property("What to type, or the key to press.");
  properties["scroll_direction"] = std::move(direction);
  properties["scroll_amount"] = number;
  properties["duration"] = std::move(number);
  return schema_text(std::move(properties), {"action"});
}

std::string bash_schema() {
  json::object properties;
  properties["command"] = text_property("The command to run.");
  properties["restart"] = {{"type", "boolean"}};
  return schema_text(std::move(properties), {});
}

std::string text_editor_schema() {
  json::object command{{"type", "string"}};
  command["enum"] = {"view", "create", "str_replace", "insert", "undo_edit"};
  json::object properties;
  properties["command"] = std::move(command);
  properties["path"] = text_property("The file's absolute path.");
  for (const char* key : {"file_text", "old_str", "new_str"}) properties[key] = text_property("");
  properties["insert_line"] = {{"type", "integer"}};
  json::object range{{"type", "array"}};
  range["items"] = json::object{{"type", "integer"}};
  properties["view_range"] = std::move(range);
  return schema_text(std::move(properties), {"command", "path"});
}

/// Tools whose schema the provider defines and the client executes.
Tool provider_tool(std::string name, const std::string& type, const json::object& object) {
  if (type.starts_with("computer_")) {
    const json::value* width = object.if_contains("display_width_px");
    const json::value* height = object.if_contains("display_height_px");
    return {
        std::move(name),
        fmt::format("Controls a computer's screen, mouse and keyboard. The screen has {} by {} "
                    "pixels.",
                    width ? json::serialize(*width) : "?", height ? json::serialize(*height) : "?"),
        computer_schema()};
  }
  if (type.starts_with("bash_")) {
    return {std::move(name), "Runs commands in a bash shell.", bash_schema()};
  }
  if (type.starts_with("text_editor_")) {
    return {std::move(name), "Views, creates and edits files.", text_editor_schema()};
  }
  throw errors::not_implemented(fmt::format("the Anthropic tool type '{}'", type));
}

void read_tool(const json::object& object, const std::string& pointer, Conversation& conversation,
               BodyViolations& violations) {
  BodyReader tool(object, pointer, violations);
  tool.require("name");
  std::string name = tool.string("name").value_or("");
  const std::string type = tool.string("type").value_or("custom");
  if (const auto point = read_cache_control(tool, violations)) {
    conversation.cache_tools = true;
    conversation.tools_point = *point;
  }
  if (type != "custom") {
    conversation.tools.push_back(provider_tool(std::move(name), type, object));
    return;
  }
  tool.require("input_schema");
  const json::object* schema = tool.object("input_schema");
  if (schema == nullptr) return;
  const json::value* kind = schema->if_contains("type");
  if (kind == nullptr || *kind != "object") {
    throw errors::validation(
        fmt::format("{}.custom.input_schema.type: Input should be 'object'", dotted(pointer)));
  }
  conversation.tools.push_back(
      {std::move(name), tool.string("description").value_or(""), json::serialize(*schema)});
}

}  // namespace

std::vector<ContentBlock> read_anthropic_content(const json::value& value,
                                                 const std::string& pointer,
                                                 BodyViolations& violations) {
  std::vector<ContentBlock> blocks;
  if (const json::string* text = value.if_string()) {
    blocks.emplace_back(TextBlock{std::string(*text)});
    return blocks;
  }
  const json::array* list = value.if_array();
  if (list == nullptr) {
    violations.add(pointer,
                   fmt::format("expected type: JSONArray, found: {}", json_type_name(value)));
    return blocks;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const json::object* object = (*list)[i].if_object();
    const std::string where = fmt::format("{}/{}", pointer, i);
    if (object == nullptr) {
      violations.add(
          where, fmt::format("expected type: JSONObject, found: {}", json_type_name((*list)[i])));
      continue;
    }
    BodyReader block(*object, where, violations);
    blocks.push_back(read_block(block, violations));
    if (const auto cache = read_cache_control(block, violations)) blocks.emplace_back(*cache);
  }
  return blocks;
}

void read_anthropic_tools(const json::array& tools, Conversation& conversation,
                          BodyViolations& violations) {
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const std::string pointer = fmt::format("#/tools/{}", i);
    if (const json::object* object = tools[i].if_object()) {
      read_tool(*object, pointer, conversation, violations);
    } else {
      violations.add(pointer,
                     fmt::format("expected type: JSONObject, found: {}", json_type_name(tools[i])));
    }
  }
  std::set<std::string_view> names;
  for (const Tool& tool : conversation.tools) {
    if (!names.insert(tool.name).second) {
      throw errors::validation("tools: Tool names must be unique.");
    }
  }
}

void read_anthropic_tool_choice(const json::object& choice, Conversation& conversation) {
  BodyViolations violations;
  BodyReader reader(choice, "#/tool_choice", violations);
  reader.require("type");
  const std::string type = reader.string("type").value_or("auto");
  ToolChoice& out = conversation.tool_choice;
  if (type == "auto") {
    out.kind = ToolChoice::Kind::kAuto;
  } else if (type == "any") {
    out.kind = ToolChoice::Kind::kAny;
  } else if (type == "none") {
    out.kind = ToolChoice::Kind::kNone;
  } else if (type == "tool") {
    reader.require("name");
    out = {ToolChoice::Kind::kTool, reader.string("name").value_or("")};
  } else {
    violations.add("#/tool_choice/type", fmt::format("{} is not a valid enum value", type));
  }
  violations.throw_if_any();
  if (out.kind == ToolChoice::Kind::kTool || out.kind == ToolChoice::Kind::kAny) {
    if (conversation.tools.empty()) {
      throw errors::validation(
          "tool_choice: tool_choice may only be specified while providing tools.");
    }
  }
  if (out.kind != ToolChoice::Kind::kTool) return;
  for (const Tool& tool : conversation.tools) {
    if (tool.name == out.name) return;
  }
  throw errors::validation(fmt::format("Tool '{}' not found in provided tools", out.name));
}

}  // namespace bedplate::inference
