#include "inference/families/anthropic_version.hpp"

#include <fmt/format.h>

#include "base/api_error.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

bool has_text(const json::object& object, std::string_view key, std::string_view text) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() && value->get_string() == text;
}

bool has_items(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_array() && !value->get_array().empty();
}

void check_message(const json::object& message, std::size_t index) {
  const json::value* content = message.if_contains("content");
  if (content == nullptr || !content->is_array()) return;
  const json::array& blocks = content->get_array();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const json::object* block = blocks[i].if_object();
    if (block == nullptr) continue;
    if (has_text(message, "role", "assistant") && has_text(*block, "type", "document")) {
      throw errors::validation(fmt::format(
          "messages.{}.content.{}: document blocks are not permitted in assistant messages", index,
          i));
    }
    if (has_text(message, "role", "user") && has_text(*block, "type", "text") &&
        has_items(*block, "citations")) {
      throw errors::validation(fmt::format(
          "messages.{}.content.{}.citations: Extra inputs are not permitted", index, i));
    }
  }
}

}  // namespace

bool is_messages_version(std::string_view version) {
  return version == kMessages2023 || version == kMessages2026;
}

void check_messages_version(std::string_view version, const json::object& body) {
  if (version != kMessages2026) return;
  for (const char* removed : {"temperature", "top_p", "top_k"}) {
    if (body.contains(removed)) {
      throw errors::validation(fmt::format("{}: Extra inputs are not permitted", removed));
    }
  }
  const json::value* messages = body.if_contains("messages");
  if (messages == nullptr || !messages->is_array()) return;
  const json::array& list = messages->get_array();
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (const json::object* message = list[i].if_object()) check_message(*message, i);
  }
}

}  // namespace bedplate::inference
