// The parts of openai_messages.hpp that are about tools and the form of the reply.
#include <fmt/format.h>

#include "base/api_error.hpp"
#include "inference/families/openai_messages.hpp"
#include "inference/families/tool_schema.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::string_view kNoParameters = R"({"type":"object","properties":{}})";

Tool read_function(const json::object& object, const std::string& pointer, bool plain,
                   BodyViolations& violations) {
  BodyReader function(object, pointer, violations);
  Tool tool;
  if (plain) {
    function.require("name");
    tool.name = function.filled_string("name").value_or("");
  } else {
    tool.name = read_tool_name(function, "name");
  }
  tool.description = function.string("description").value_or("");
  // A call that must come is held to its schema anyhow, and others are as far as the engine can.
  function.boolean("strict");
  tool.input_schema = kNoParameters;
  if (const json::object* schema = function.object("parameters")) {
    check_input_schema(*schema, function.pointer_to("parameters"), violations);
    if (!schema->empty()) tool.input_schema = json::serialize(*schema);
  }
  function.refuse_extraneous();
  return tool;
}

void read_tool(const json::value& value, const std::string& pointer, bool plain,
               Conversation& conversation, BodyViolations& violations) {
  const json::object* object = expect_object(value, pointer, violations);
  if (object == nullptr) return;
  BodyReader reader(*object, pointer, violations);
  reader.require("type");
  const auto type = plain ? reader.one_of("type", {"function"}) : reader.string("type");
  if (type && *type != "function") {
    throw errors::validation(
        fmt::format("This model doesn't support tools of the type '{}', only functions.", *type));
  }
  reader.require("function");
  if (const json::object* function = reader.object("function")) {
    conversation.tools.push_back(
        read_function(*function, reader.pointer_to("function"), plain, violations));
  }
  reader.refuse_extraneous();
}

/// The name in {"type": "function", "function": {"name": …}}.
std::string read_named_choice(const json::object& object, const std::string& pointer,
                              BodyViolations& violations) {
  BodyReader choice(object, pointer, violations);
  choice.require("type");
  choice.require("function");
  const auto type = choice.string("type");
  if (type && *type != "function") {
    violations.add(choice.pointer_to("type"), fmt::format("{} is not a valid enum value", *type));
    return "";
  }
  std::string name;
  if (const json::object* inner = choice.object("function")) {
    BodyReader function(*inner, choice.pointer_to("function"), violations);
    function.require("name");
    name = function.string("name").value_or("");
    function.refuse_extraneous();
  }
  choice.refuse_extraneous();
  return name;
}

void read_choice(BodyReader& reader, Conversation& conversation) {
  using Kind = ToolChoice::Kind;
  const json::value* value = reader.any("tool_choice");
  if (value == nullptr) return;
  const std::string pointer = reader.pointer_to("tool_choice");
  ToolChoice& choice = conversation.tool_choice;
  if (const json::object* object = value->if_object()) {
    choice.kind = Kind::kTool;
    choice.name = read_named_choice(*object, pointer, reader.violations());
  } else if (*value == "auto") {
    choice.kind = Kind::kAuto;
  } else if (*value == "none") {
    choice.kind = Kind::kNone;
  } else if (*value == "required" || *value == "any") {  // OpenAI's word and Mistral's
    choice.kind = Kind::kAny;
  } else {
    reader.violations().add(
        pointer,
        value->is_string()
            ? fmt::format("{} is not a valid enum value", std::string_view(value->as_string()))
            : fmt::format("expected type: String, found: {}", json_type_name(*value)));
  }
}

void check_choice(const BodyReader& reader, const Conversation& conversation) {
  const ToolChoice& choice = conversation.tool_choice;
  const bool forces =
      choice.kind == ToolChoice::Kind::kAny || choice.kind == ToolChoice::Kind::kTool;
  if (forces && conversation.tools.empty()) {
    throw errors::validation("'tool_choice' is only allowed when 'tools' are specified.");
  }
  if (choice.kind == ToolChoice::Kind::kTool && !has_tool(conversation.tools, choice.name)) {
    throw errors::validation(fmt::format("{}: the function '{}' is not in 'tools'.",
                                         reader.pointer_to("tool_choice"), choice.name));
  }
}

std::string read_json_schema(BodyReader& format) {
  format.require("json_schema");
  const json::object* object = format.object("json_schema");
  if (object == nullptr) return "";
  BodyReader reader(*object, format.pointer_to("json_schema"), format.violations());
  read_tool_name(reader, "name");
  reader.string("description");  // for OpenAI's own prompt
  reader.boolean("strict");      // the reply fits the schema in either case
  reader.require("schema");
  const json::object* schema = reader.object("schema");
  reader.refuse_extraneous();
  return schema == nullptr ? "" : json::serialize(*schema);
}

}  // namespace

void read_openai_tool_list(BodyReader& reader, const OpenAiRules& rules,
                           Conversation& conversation) {
  const json::array* tools = reader.array("tools");
  if (tools == nullptr) return;
  const std::string pointer = reader.pointer_to("tools");
  if (tools->size() > rules.tools_max) {
    reader.violations().add(pointer, fmt::format("expected maximum item count: {}, found: {}",
                                                 rules.tools_max, tools->size()));
    return;
  }
  for (std::size_t i = 0; i < tools->size(); ++i) {
    read_tool((*tools)[i], fmt::format("{}/{}", pointer, i), rules.plain, conversation,
              reader.violations());
  }
  check_unique_names(conversation.tools, pointer, reader.violations());
}

void read_openai_tools(BodyReader& reader, const OpenAiRules& rules, Conversation& conversation) {
  read_openai_tool_list(reader, rules, conversation);
  read_choice(reader, conversation);
  conversation.tool_choice.parallel = reader.boolean("parallel_tool_calls").value_or(true);
  if (reader.violations().empty()) check_choice(reader, conversation);
}

std::string read_response_format(BodyReader& reader) {
  const json::object* object = reader.object("response_format");
  if (object == nullptr) return "";
  BodyReader format(*object, reader.pointer_to("response_format"), reader.violations());
  format.require("type");
  const std::string type = format.string("type").value_or("text");
  std::string schema;
  if (type == "json_object") {
    schema = R"({"type":"object"})";
  } else if (type == "json_schema") {
    schema = read_json_schema(format);
  } else if (type != "text") {
    format.violations().add(format.pointer_to("type"),
                            fmt::format("{} is not a valid enum value", type));
    return "";
  }
  format.refuse_extraneous();
  return schema;
}

}  // namespace bedplate::inference
