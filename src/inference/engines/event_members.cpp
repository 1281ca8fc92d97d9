#include "inference/engines/event_members.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>

namespace bedplate::inference {

namespace json = boost::json;

EngineError broken_reply(const std::string& what) {
  return EngineError(EngineError::Kind::kFailed, what);
}

json::object event_of(std::string_view data) {
  boost::system::error_code malformed;
  json::value value = json::parse(data, malformed);
  if (malformed || !value.is_object()) {
    throw broken_reply("The engine sent an event that is not JSON.");
  }
  return std::move(value.as_object());
}

const json::object* find_object(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  return value ? value->if_object() : nullptr;
}

const json::object& object_in(const json::object& from, std::string_view name) {
  const json::object* object = find_object(from, name);
  if (!object) throw broken_reply(fmt::format("The engine sent an event without '{}'.", name));
  return *object;
}

std::string text_in(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::optional<std::int64_t> count_in(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  if (!value || !value->is_int64() || value->as_int64() < 0) return std::nullopt;
  return value->as_int64();
}

StopReason stop_reason_named(const std::string& name) {
  if (name == "end_turn") return StopReason::kEndTurn;
  if (name == "max_tokens") return StopReason::kMaxTokens;
  if (name == "stop_sequence") return StopReason::kStopSequence;
  if (name == "tool_use") return StopReason::kToolUse;
  if (name == "model_context_window_exceeded") return StopReason::kContextWindowExceeded;
  throw broken_reply(fmt::format("The engine stopped for a reason that is not known: {}", name));
}

}  // namespace bedplate::inference
