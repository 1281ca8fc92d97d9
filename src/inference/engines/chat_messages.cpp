#include "inference/engines/chat_messages.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "inference/engines/tool_prompt.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

std::string document_text(const DocumentBlock& document) {
  std::string text =
      fmt::format("<document name=\"{}\">\n", document.name.empty() ? "document" : document.name);
  if (!document.context.empty()) text += fmt::format("<context>{}</context>\n", document.context);
  const bool numbered = document.unit == DocumentBlock::Unit::kPages && document.parts.size() > 1;
  for (std::size_t i = 0; i < document.parts.size(); ++i) {
    if (numbered) text += fmt::format("<page number=\"{}\">\n", i + 1);
    text += document.parts[i];
    if (!document.parts[i].ends_with('\n')) text += '\n';
    if (numbered) text += "</page>\n";
  }
  return text + "</document>";
}

json::object image_part(const ImageBlock& image) {
  json::object url{
      {"url", fmt::format("data:image/{};base64,{}", image.format, base64_encode(image.bytes))}};
  return {{"type", "image_url"}, {"image_url", std::move(url)}};
}

/// Texts and images on their way into one message.
class Content {
 public:
  explicit Content(std::string_view separator) : separator_(separator) {}

  void add_text(std::string_view text) {
    if (any_text_) text_ += separator_;
    text_ += text;
    any_text_ = true;
  }
  void add_image(const ImageBlock& image) {
    flush();
    parts_.push_back(image_part(image));
  }
  bool empty() const { return !any_text_ && parts_.empty(); }

  /// A text, or a list of parts when there are images.
  json::value take() {
    if (parts_.empty()) return json::value(std::move(text_));
    flush();
    return std::move(parts_);
  }

 private:
  void flush() {
    if (any_text_) parts_.push_back({{"type", "text"}, {"text", std::move(text_)}});
    text_.clear();
    any_text_ = false;
  }

  std::string_view separator_;
  std::string text_;
  bool any_text_ = false;
  json::array parts_;
};

json::object message(std::string_view role, json::value content) {
  return {{"role", role}, {"content", std::move(content)}};
}

/// What a tool gave back; images follow in a message of the user, where every server takes them.
json::object result_message(const ToolResultBlock& result, Content& following) {
  Content content("\n");
  if (result.is_error) content.add_text("The tool failed:");
  for (const ToolResultContent& part : result.content) {
    if (const auto* text = std::get_if<TextBlock>(&part)) {
      content.add_text(text->text);
    } else if (const auto* document = std::get_if<DocumentBlock>(&part)) {
      content.add_text(document_text(*document));
    } else if (const auto* image = std::get_if<ImageBlock>(&part)) {
      following.add_image(*image);
    }
  }
  json::object out = message("tool", content.take());
  out["tool_call_id"] = result.tool_use_id;
  return out;
}

void add_user_turn(json::array& messages, const Message& turn) {
  Content content("\n");
  for (const ContentBlock& block : turn.content) {
    if (const auto* result = std::get_if<ToolResultBlock>(&block)) {
      messages.push_back(result_message(*result, content));
    } else if (const auto* text = std::get_if<TextBlock>(&block)) {
      content.add_text(text->text);
    } else if (const auto* document = std::get_if<DocumentBlock>(&block)) {
      content.add_text(document_text(*document));
    } else if (const auto* image = std::get_if<ImageBlock>(&block)) {
      content.add_image(*image);
    }
  }
  if (!content.empty()) messages.push_back(message("user", content.take()));
}

void add_assistant_turn(json::array& messages, const Message& turn) {
  std::string text;
  std::string reasoning;
  json::array calls;
  for (const ContentBlock& block : turn.content) {
    if (const auto* said = std::get_if<TextBlock>(&block)) {
      text += said->text;
    } else if (const auto* thought = std::get_if<ReasoningBlock>(&block)) {
      reasoning += thought->text;
    } else if (const auto* call = std::get_if<ToolUseBlock>(&block)) {
      json::object function{{"name", call->name}, {"arguments", call->input}};
      calls.push_back({{"id", call->id}, {"type", "function"}, {"function", std::move(function)}});
    }
  }
  json::object out = message("assistant", json::value(std::move(text)));
  // Earlier turns' thinking is no part of a prompt; between a call and its result it goes on.
  if (!calls.empty()) {
    if (!reasoning.empty()) out["reasoning_content"] = std::move(reasoning);
    out["tool_calls"] = std::move(calls);
  }
  messages.push_back(std::move(out));
}

}  // namespace

json::array chat_messages(const Conversation& conversation) {
  json::array messages;
  Content system("\n");
  for (const ContentBlock& block : conversation.system) {
    if (const auto* text = std::get_if<TextBlock>(&block)) system.add_text(text->text);
  }
  if (!system.empty()) messages.push_back(message("system", system.take()));
  for (const Message& turn : conversation.messages) {
    if (turn.role == Role::kUser) {
      add_user_turn(messages, turn);
    } else {
      add_assistant_turn(messages, turn);
    }
  }
  return messages;
}

json::array chat_tools(const std::vector<Tool>& tools) {
  json::array result;
  for (const Tool& tool : tools) {
    json::object function{{"name", tool.name}};
    if (!tool.description.empty()) function["description"] = tool.description;
    boost::system::error_code malformed;
    json::value schema = parse_nested(tool.input_schema, malformed);
    if (!malformed) function["parameters"] = std::move(schema);
    result.push_back({{"type", "function"}, {"function", std::move(function)}});
  }
  return result;
}

bool holds_images(const Conversation& conversation) {
  for (const Message& turn : conversation.messages) {
    for (const ContentBlock& block : turn.content) {
      if (std::holds_alternative<ImageBlock>(block)) return true;
      const auto* result = std::get_if<ToolResultBlock>(&block);
      if (!result) continue;
      for (const ToolResultContent& part : result->content) {
        if (std::holds_alternative<ImageBlock>(part)) return true;
      }
    }
  }
  return false;
}

}  // namespace bedplate::inference
