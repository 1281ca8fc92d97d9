#include "inference/families/cohere_chat.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bedplate::inference {
namespace {
namespace json = boost::json;

/// Cohere's calls have no ids: a result repeats its call. Ours are numbered through.
class CohereChat {
 public:
  explicit CohereChat(BodyReader& body) : body_(body), violations_(body.violations()) {}

  Conversation read();

 private:
  void read_history();
  void read_turn(const json::object& object, const std::string& pointer);
  std::vector<ContentBlock> read_documents();
  void read_tools();
  void add_calls(const std::vector<std::pair<const json::object*, std::string>>& calls);
  void read_results(BodyReader& from, bool repeats_calls);
  ToolUseBlock read_call(const json::object& object, const std::string& pointer);
  void add(Role role, ContentBlock block);

  BodyReader& body_;
  BodyViolations& violations_;
  Conversation conversation_;
  std::vector<ToolUseBlock> open_calls_;  ///< of the last turn, without results yet
  std::size_t calls_ = 0;
};

/// Turns of one role that follow each other are one.
void CohereChat::add(Role role, ContentBlock block) {
  std::vector<Message>& messages = conversation_.messages;
  if (messages.empty() || messages.back().role != role) messages.push_back({role, {}});
  messages.back().content.push_back(std::move(block));
}

ToolUseBlock CohereChat::read_call(const json::object& object, const std::string& pointer) {
  BodyReader reader(object, pointer, violations_);
  for (const char* key : {"name", "parameters"}) reader.require(key);
  ToolUseBlock call{.id = fmt::format("call_{}", calls_++),
                    .name = reader.filled_string("name").value_or(""),
                    .input = "{}"};
  if (const json::object* parameters = reader.object("parameters")) {
    call.input = json::serialize(*parameters);
  }
  reader.string("generation_id");
  reader.refuse_extraneous();
  return call;
}

void CohereChat::add_calls(const std::vector<std::pair<const json::object*, std::string>>& calls) {
  for (const auto& [object, where] : calls) {
    ToolUseBlock call = read_call(*object, where);
    open_calls_.push_back(call);
    add(Role::kAssistant, std::move(call));
  }
}

/// A result's `outputs` as the text that the model reads.
std::string outputs_text(BodyReader& result) {
  result.require("outputs");
  std::string text;
  for (const auto& [output, where] : result.objects("outputs")) {
    if (!text.empty()) text += '\n';
    text += json::serialize(*output);
  }
  return text;
}

/// `repeats_calls`: the calls are not part of the history, so they become a turn of the model.
void CohereChat::read_results(BodyReader& from, bool repeats_calls) {
  std::vector<ContentBlock> results;
  for (const auto& [object, where] : from.objects("tool_results")) {
    BodyReader result(*object, where, violations_);
    result.require("call");
    const json::object* named = result.object("call");
    std::string text = outputs_text(result);
    result.refuse_extraneous();
    if (named == nullptr) continue;
    ToolUseBlock call = read_call(*named, result.pointer_to("call"));
    const auto open =
        std::find_if(open_calls_.begin(), open_calls_.end(), [&call](const ToolUseBlock& one) {
          return one.name == call.name && one.input == call.input;
        });
    if (open != open_calls_.end()) {
      call.id = open->id;
      open_calls_.erase(open);
    } else if (repeats_calls) {
      add(Role::kAssistant, call);
    } else {
      violations_.add(result.pointer_to("call"), "no turn before it holds this call");
    }
    ToolResultBlock block{.tool_use_id = call.id, .content = {}};
    block.content.emplace_back(TextBlock{std::move(text)});
    results.emplace_back(std::move(block));
  }
  for (ContentBlock& block : results) add(Role::kUser, std::move(block));
}

void CohereChat::read_turn(const json::object& object, const std::string& pointer) {
  BodyReader reader(object, pointer, violations_);
  reader.require("role");
  const std::string role =
      reader.one_of("role", {"USER", "CHATBOT", "SYSTEM", "TOOL"}).value_or("USER");
  const auto calls = reader.objects("tool_calls");
  if (role == "TOOL") {
    reader.require("tool_results");
    read_results(reader, false);
  } else if (calls.empty()) {
    reader.require("message");
  }
  const auto message = reader.string("message");
  reader.refuse_extraneous();
  if (message && !message->empty()) {
    if (role == "SYSTEM") {
      conversation_.system.emplace_back(TextBlock{*message});
    } else if (role != "TOOL") {
      add(role == "USER" ? Role::kUser : Role::kAssistant, TextBlock{*message});
    }
  }
  if (role == "CHATBOT") add_calls(calls);
}

void CohereChat::read_history() {
  for (const auto& [turn, where] : body_.objects("chat_history")) read_turn(*turn, where);
}

/// The fields of a document that the model shall see.
std::string document_text(const json::object& fields, const std::string& pointer,
                          BodyReader& reader, BodyViolations& violations) {
  const std::vector<std::string> excluded = reader.strings("_excludes", fields.size());
  std::string text;
  for (const auto& [key, value] : fields) {
    const std::string name(key);
    if (name == "_excludes" || name == "id") continue;
    if (std::find(excluded.begin(), excluded.end(), name) != excluded.end()) continue;
    if (const json::string* words = value.if_string()) {
      text += fmt::format("{}: {}\n", name, std::string_view(*words));
    } else {
      violations.add(fmt::format("{}/{}", pointer, name),
                     fmt::format("expected type: String, found: {}", json_type_name(value)));
    }
  }
  return text;
}

std::vector<ContentBlock> CohereChat::read_documents() {
  std::vector<ContentBlock> documents;
  for (const auto& [object, where] : body_.objects("documents")) {
    BodyReader reader(*object, where, violations_);
    DocumentBlock document;
    document.name = reader.string("id").value_or(fmt::format("doc_{}", documents.size()));
    document.format = "txt";
    document.parts.push_back(document_text(*object, where, reader, violations_));
    documents.emplace_back(std::move(document));
  }
  return documents;
}

/// JSON schema's name for one of Python's types; empty for what is not known.
std::string_view schema_type(std::string_view type) {
  type = type.substr(0, type.find_first_of("["));
  if (type == "str" || type == "string") return "string";
  if (type == "int" || type == "integer") return "integer";
  if (type == "float" || type == "number") return "number";
  if (type == "bool" || type == "boolean") return "boolean";
  if (type == "list" || type == "List" || type == "array") return "array";
  if (type == "dict" || type == "Dict" || type == "object") return "object";
  return {};
}

/// `parameter_definitions` as a JSON schema.
json::object parameter_schema(const json::object& definitions, const std::string& pointer,
                              BodyViolations& violations) {
  json::object properties;
  json::array required;
  for (const auto& [key, value] : definitions) {
    const std::string where = fmt::format("{}/{}", pointer, std::string_view(key));
    const json::object* object = value.if_object();
    if (object == nullptr) {
      violations.add(where,
                     fmt::format("expected type: JSONObject, found: {}", json_type_name(value)));
      continue;
    }
    BodyReader reader(*object, where, violations);
    reader.require("type");
    json::object property;
    const std::string type = reader.string("type").value_or("str");
    if (const std::string_view name = schema_type(type); name.empty()) {
      violations.add(reader.pointer_to("type"), fmt::format("{} is not a valid enum value", type));
    } else {
      property["type"] = name;
    }
    if (const auto text = reader.string("description")) property["description"] = *text;
    if (reader.boolean("required").value_or(false)) required.push_back(json::string(key));
    reader.refuse_extraneous();
    properties[key] = std::move(property);
  }
  json::object schema{{"type", "object"}};
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

void CohereChat::read_tools() {
  for (const auto& [object, where] : body_.objects("tools")) {
    BodyReader reader(*object, where, violations_);
    for (const char* key : {"name", "description"}) reader.require(key);
    Tool tool{.name = reader.filled_string("name").value_or(""),
              .description = reader.string("description").value_or(""),
              .input_schema = R"({"type":"object"})"};
    if (const json::object* definitions = reader.object("parameter_definitions")) {
      tool.input_schema = json::serialize(
          parameter_schema(*definitions, reader.pointer_to("parameter_definitions"), violations_));
    }
    reader.refuse_extraneous();
    conversation_.tools.push_back(std::move(tool));
  }
}

Conversation CohereChat::read() {
  body_.require("message");
  const auto preamble = body_.string("preamble");
  if (preamble && !preamble->empty()) conversation_.system.emplace_back(TextBlock{*preamble});
  read_tools();
  read_history();
  const bool continues_calls = !open_calls_.empty();
  const auto message = body_.string("message");
  std::vector<ContentBlock> turn = read_documents();
  // An empty message goes with the results of calls that the history holds.
  if (message && (!message->empty() || !continues_calls)) {
    if (message->empty()) violations_.add("#/message", "expected minLength: 1, actual: 0");
    turn.emplace_back(TextBlock{*message});
  }
  // The results of calls stand right behind them; without the calls, behind the message.
  if (continues_calls) read_results(body_, false);
  for (ContentBlock& block : turn) add(Role::kUser, std::move(block));
  if (!continues_calls) read_results(body_, true);
  if (conversation_.tools.empty() && body_.any("tool_results") != nullptr) {
    violations_.add("#", "required key [tools] not found");
  }
  return std::move(conversation_);
}

}  // namespace

Conversation read_cohere_chat(BodyReader& body) {
  return CohereChat(body).read();
}

json::array cohere_tool_calls(const GenerationReply& reply) {
  json::array calls;
  for (const ContentBlock& block : reply.content) {
    const auto* call = std::get_if<ToolUseBlock>(&block);
    if (call == nullptr) continue;
    boost::system::error_code malformed;
    json::value parameters = json::parse(call->input.empty() ? "{}" : call->input, malformed);
    if (malformed) continue;  // it broke off at the limit, as the finish reason says
    json::object one{{"name", call->name}};
    one["parameters"] = std::move(parameters);
    calls.push_back(std::move(one));
  }
  return calls;
}

}  // namespace bedplate::inference
