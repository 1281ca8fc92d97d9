#include "inference/engines/messages_errors.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <boost/json.hpp>
#include <charconv>

#include "inference/engines/engine_errors.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;
using Kind = EngineError::Kind;

constexpr int kOverloaded = 529;

std::int64_t number_at(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string text_in(const json::object* object, std::string_view name) {
  const json::value* value = object ? object->if_contains(name) : nullptr;
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

void read_prompt_overflow(EngineError& error) {
  constexpr std::string_view kWords = "prompt is too long: ";
  constexpr std::string_view kThan = " tokens > ";
  const std::string_view text = error.what();
  const std::size_t at = text.find(kWords);
  const std::size_t than = at == text.npos ? at : text.find(kThan, at);
  if (than == text.npos) return;
  error.kind = Kind::kContextOverflow;
  error.prompt_tokens = number_at(text.substr(at + kWords.size()));
  error.context_tokens = number_at(text.substr(than + kThan.size()));
}

EngineError messages_error_from_response(int http_status, std::string body, std::string_view key) {
  if (http_status == 401 || http_status == 403) {
    EngineError error(Kind::kUnavailable,
                      "The server that serves this model refuses the key it was sent.");
    error.http_status = http_status;
    return error;
  }
  if (!key.empty()) boost::algorithm::replace_all(body, key, "…");
  EngineError error = error_from_response(http_status, body);
  if (http_status == kOverloaded) error.kind = Kind::kBusy;
  if (error.kind == Kind::kInvalidRequest) read_prompt_overflow(error);
  return error;
}

EngineError messages_error_from_event(const json::value& value, bool begun) {
  const json::object* object = value.if_object();
  const std::string type = text_in(object, "type");
  const std::string message = text_in(object, "message");
  EngineError error(Kind::kFailed, message.empty() ? "The engine gave no reason." : message);
  if (type == "invalid_request_error") {
    error.kind = Kind::kInvalidRequest;
    read_prompt_overflow(error);
  } else if (!begun && (type == "overloaded_error" || type == "rate_limit_error")) {
    error.kind = Kind::kBusy;
  } else if (!begun && type == "timeout_error") {
    error.kind = Kind::kTimeout;
  }
  return error;
}

}  // namespace bedplate::inference
