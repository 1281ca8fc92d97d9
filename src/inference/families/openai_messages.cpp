#include "inference/families/openai_messages.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "base/api_error.hpp"
#include "inference/families/chat_media.hpp"
#include "inference/families/tool_turns.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

std::string wrong_content_type(const json::value& value) {
  return fmt::format("expected type: String, found: {}", json_type_name(value));
}

/// Makes one text of all of them.
void join_texts(std::vector<ContentBlock>& content) {
  if (content.size() < 2) return;
  std::string joined;
  for (const ContentBlock& block : content) joined += std::get<TextBlock>(block).text;
  content.clear();
  content.emplace_back(TextBlock{std::move(joined)});
}

/// Notes each result that answers no call before it.
void note_foreign_results(const Conversation& conversation, BodyViolations& violations) {
  std::set<std::string> called;
  for (const Message& message : conversation.messages) {
    for (const std::string& id : answered_in(message)) {
      if (!called.contains(id)) {
        violations.add("#/messages", fmt::format("no tool call has the id {}", id));
      }
    }
    for (std::string& id : called_in(message)) called.insert(std::move(id));
  }
}

ApiError foreign_result() {
  return errors::validation(
      "Invalid parameter: messages with role 'tool' must be a response to a preceeding message "
      "with 'tool_calls'.");
}

/// Reads the messages one after the other into a conversation.
class MessagesReader {
 public:
  MessagesReader(const OpenAiRules& rules, Conversation& conversation, BodyViolations& violations)
      : rules_(rules), conversation_(conversation), violations_(violations) {}

  void read(const json::value& value, const std::string& pointer);

  /// The last message is the assistant's and may be continued.
  bool ends_with_marked_prefill() const { return marked_prefill_; }

 private:
  void read_system(BodyReader& reader);
  void read_user(BodyReader& reader);
  void read_assistant(BodyReader& reader);
  void read_plain_assistant(BodyReader& reader);
  void read_tool(BodyReader& reader);
  void read_calls(BodyReader& reader, std::vector<ContentBlock>& content);
  void read_arguments(BodyReader& function, ToolUseBlock& call);
  std::vector<ContentBlock> read_content(BodyReader& reader, bool images);
  void read_part(const json::value& value, const std::string& pointer, bool images,
                 std::vector<ContentBlock>& content);
  void read_plain_part(BodyReader& part, std::vector<ContentBlock>& content);
  void read_image(BodyReader& part, std::vector<ContentBlock>& content);
  void add(Role role, std::vector<ContentBlock> content);

  const OpenAiRules& rules_;
  Conversation& conversation_;
  BodyViolations& violations_;
  bool marked_prefill_ = false;
};

void MessagesReader::read(const json::value& value, const std::string& pointer) {
  const json::object* object = expect_object(value, pointer, violations_);
  if (object == nullptr) return;
  BodyReader reader(*object, pointer, violations_);
  reader.require("role");
  reader.string("name");  // tells users apart in logs; no template shows it to a model
  marked_prefill_ = false;
  const auto role = reader.string("role");
  if (!role) return;
  if (*role == "system" || (*role == "developer" && !rules_.plain)) {
    read_system(reader);
  } else if (*role == "user") {
    read_user(reader);
  } else if (*role == "assistant") {
    read_assistant(reader);
  } else if (*role == "tool") {
    read_tool(reader);
  } else {
    violations_.add(reader.pointer_to("role"), fmt::format("{} is not a valid enum value", *role));
    return;
  }
  reader.refuse_extraneous();
}

void MessagesReader::read_system(BodyReader& reader) {
  reader.require("content");
  for (ContentBlock& block : read_content(reader, false)) {
    conversation_.system.push_back(std::move(block));
  }
}

void MessagesReader::read_user(BodyReader& reader) {
  reader.require("content");
  add(Role::kUser, read_content(reader, !rules_.plain));
}

void MessagesReader::read_assistant(BodyReader& reader) {
  if (rules_.plain) return read_plain_assistant(reader);
  std::vector<ContentBlock> content;
  for (const char* key : {"reasoning_content", "reasoning"}) {
    const auto thought = reader.string(key);
    if (thought && !thought->empty()) content.emplace_back(ReasoningBlock{.text = *thought});
  }
  for (ContentBlock& block : read_content(reader, false)) content.push_back(std::move(block));
  const auto refusal = reader.string("refusal");
  if (refusal && !refusal->empty()) content.emplace_back(TextBlock{*refusal});
  read_calls(reader, content);
  marked_prefill_ = reader.boolean("prefix").value_or(false);
  reader.array("annotations");  // of an earlier reply, sent back with it
  for (const char* key : {"function_call", "audio"}) {
    if (reader.any(key) == nullptr) continue;
    throw errors::validation(
        fmt::format("This model doesn't support the {} field of assistant messages.", key));
  }
  const json::value* said = reader.any("content");
  const json::value* calls = reader.any("tool_calls");
  if (said == nullptr && calls == nullptr && !refusal) reader.require("content");
  add(Role::kAssistant, std::move(content));
}

void MessagesReader::read_plain_assistant(BodyReader& reader) {
  std::vector<ContentBlock> calls;
  read_calls(reader, calls);
  if (calls.empty()) reader.require("content");
  std::vector<ContentBlock> content = read_content(reader, false);
  // What accompanies calls is often an empty text, which says nothing.
  std::erase_if(content, [&calls](const ContentBlock& block) {
    return !calls.empty() && std::get<TextBlock>(block).text.empty();
  });
  std::move(calls.begin(), calls.end(), std::back_inserter(content));
  add(Role::kAssistant, std::move(content));
}

void MessagesReader::read_calls(BodyReader& reader, std::vector<ContentBlock>& content) {
  const json::array* calls = reader.array("tool_calls");
  if (calls == nullptr) return;
  for (std::size_t i = 0; i < calls->size(); ++i) {
    const std::string pointer = fmt::format("{}/{}", reader.pointer_to("tool_calls"), i);
    const json::object* object = expect_object((*calls)[i], pointer, violations_);
    if (object == nullptr) continue;
    BodyReader call(*object, pointer, violations_);
    call.require("id");
    call.require("function");
    ToolUseBlock block;
    block.id = call.string("id").value_or("");
    call.any("index");  // of a streamed reply, sent back with it
    if (const auto type = call.string("type"); type && *type != "function") {
      violations_.add(call.pointer_to("type"), fmt::format("{} is not a valid enum value", *type));
    }
    if (const json::object* inner = call.object("function")) {
      BodyReader function(*inner, call.pointer_to("function"), violations_);
      function.require("name");
      block.name = function.string("name").value_or("");
      read_arguments(function, block);
      function.refuse_extraneous();
    }
    call.refuse_extraneous();
    content.emplace_back(std::move(block));
  }
}

/// A JSON object as text, as OpenAI writes it; Mistral takes the object itself, too.
void MessagesReader::read_arguments(BodyReader& function, ToolUseBlock& call) {
  function.require("arguments");
  call.input = "{}";
  const json::value* value = function.any("arguments");
  if (value == nullptr) return;
  if (value->is_object() && !rules_.plain) {
    call.input = json::serialize(*value);
    return;
  }
  const auto text = function.string("arguments");
  if (!text || (text->empty() && !rules_.plain)) return;
  constexpr std::size_t kNestingMax = 128;
  json::error_code broken;
  json::parse_options options;
  options.max_depth = kNestingMax;
  const json::value parsed = json::parse(*text, broken, {}, options);
  if (broken || !parsed.is_object()) {
    violations_.add(function.pointer_to("arguments"), rules_.plain
                                                          ? "expected a JSON object's text"
                                                          : "is not the text of a JSON object");
    return;
  }
  call.input = *text;
}

void MessagesReader::read_tool(BodyReader& reader) {
  reader.require("content");
  reader.require("tool_call_id");
  ToolResultBlock result;
  result.tool_use_id = reader.string("tool_call_id").value_or("");
  for (ContentBlock& block : read_content(reader, false)) {
    result.content.emplace_back(std::move(std::get<TextBlock>(block)));
  }
  const auto& messages = conversation_.messages;
  // A result stands right behind the calls, or behind another result.
  const bool in_place = !messages.empty() &&
                        (messages.back().role == Role::kAssistant ||
                         std::holds_alternative<ToolResultBlock>(messages.back().content.back()));
  if (!in_place && !rules_.plain) throw foreign_result();
  add(Role::kUser, {std::move(result)});
}

std::vector<ContentBlock> MessagesReader::read_content(BodyReader& reader, bool images) {
  std::vector<ContentBlock> content;
  const json::value* value = reader.any("content");
  if (value == nullptr) return content;
  const std::string pointer = reader.pointer_to("content");
  if (const json::string* text = value->if_string()) {
    content.emplace_back(TextBlock{std::string(*text)});
  } else if (const json::array* parts = value->if_array()) {
    for (std::size_t i = 0; i < parts->size(); ++i) {
      read_part((*parts)[i], fmt::format("{}/{}", pointer, i), images, content);
    }
  } else if (value->is_object() && rules_.plain) {
    read_part(*value, pointer, images, content);
  } else {
    violations_.add(pointer, wrong_content_type(*value));
  }
  if (rules_.plain) join_texts(content);
  return content;
}

void MessagesReader::read_part(const json::value& value, const std::string& pointer, bool images,
                               std::vector<ContentBlock>& content) {
  const json::object* object = expect_object(value, pointer, violations_);
  if (object == nullptr) return;
  BodyReader part(*object, pointer, violations_);
  if (rules_.plain) return read_plain_part(part, content);
  part.require("type");
  const auto type = part.string("type");
  if (!type) return;
  if (*type == "text") {
    part.require("text");
    if (auto text = part.string("text")) content.emplace_back(TextBlock{std::move(*text)});
  } else if (*type == "image_url" && images) {
    read_image(part, content);
  } else if (*type == "input_audio" || *type == "file" || *type == "video_url" ||
             *type == "document_url") {
    throw errors::validation(
        fmt::format("This model doesn't support the {} content part that you provided. Update the "
                    "content part and try again.",
                    *type));
  } else {
    violations_.add(part.pointer_to("type"), fmt::format("{} is not a valid enum value", *type));
    return;
  }
  part.refuse_extraneous();
}

void MessagesReader::read_plain_part(BodyReader& part, std::vector<ContentBlock>& content) {
  part.one_of("type", {"text"});
  part.require("text");
  if (auto text = part.string("text")) content.emplace_back(TextBlock{std::move(*text)});
  part.refuse_extraneous();
}

/// OpenAI's object with a `url`; Mistral takes the bare text, too.
void MessagesReader::read_image(BodyReader& part, std::vector<ContentBlock>& content) {
  require_images(rules_.images);
  part.require("image_url");
  const json::value* value = part.any("image_url");
  if (value == nullptr) return;
  std::string pointer = part.pointer_to("image_url");
  std::optional<std::string> uri;
  if (const json::object* object = value->if_object()) {
    BodyReader image(*object, pointer, violations_);
    image.require("url");
    uri = image.string("url");
    image.string("detail");  // how closely OpenAI's servers look: the weights decide that here
    image.refuse_extraneous();
    pointer += "/url";
  } else {
    uri = part.string("image_url");
  }
  if (!uri) return;
  auto image = read_data_uri(*uri, pointer, violations_);
  if (image) content.emplace_back(std::move(*image));
}

void MessagesReader::add(Role role, std::vector<ContentBlock> content) {
  if (content.empty()) return;
  auto& messages = conversation_.messages;
  if (messages.empty() || messages.back().role != role) messages.push_back({role, {}});
  auto& target = messages.back().content;
  std::move(content.begin(), content.end(), std::back_inserter(target));
}

}  // namespace

void read_openai_messages(BodyReader& reader, const OpenAiRules& rules,
                          Conversation& conversation) {
  reader.require("messages");
  const json::array* messages = reader.array("messages");
  if (messages == nullptr) return;
  MessagesReader all(rules, conversation, reader.violations());
  for (std::size_t i = 0; i < messages->size(); ++i) {
    all.read((*messages)[i], fmt::format("{}/{}", reader.pointer_to("messages"), i));
  }
  if (!reader.violations().empty()) return;
  if (rules.plain) note_foreign_results(conversation, reader.violations());
  if (conversation.messages.empty()) {
    reader.violations().add(reader.pointer_to("messages"),
                            "expected minimum item count: 1, found: 0");
  } else if (rules.marked_prefill && conversation.messages.back().role == Role::kAssistant &&
             !all.ends_with_marked_prefill()) {
    throw errors::validation(
        "Expected last role User or Tool (or Assistant with prefix True) for serving but got "
        "assistant");
  }
}

void check_openai_tool_turns(const Conversation& conversation) {
  const auto fault = find_tool_turn_fault(conversation.messages);
  if (!fault) return;
  if (fault->kind == ToolTurnFault::Kind::kForeign) throw foreign_result();
  throw errors::validation(
      fmt::format("An assistant message with 'tool_calls' must be followed by tool messages "
                  "responding to each 'tool_call_id'. The following tool_call_ids did not have "
                  "response messages: {}",
                  fmt::join(fault->ids, ", ")));
}

}  // namespace bedplate::inference
