#include "inference/engines/engine_errors.hpp"

#include <boost/json/parse.hpp>
#include <charconv>
#include <optional>

namespace bedplate::inference {
namespace {

namespace json = boost::json;

constexpr std::size_t kMessageBytesMax = 1'000;

struct Reported {
  std::string message;
  std::string type;  ///< "type" or a textual "code"
  std::int64_t prompt_tokens = 0;
  std::int64_t context_tokens = 0;
};

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_int64() ? value->as_int64() : 0;
}

std::string shortened(std::string text) {
  if (text.size() > kMessageBytesMax) {
    std::size_t end = kMessageBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
    text += "…";
  }
  return text;
}

/// `error` is OpenAI's error object, a bare text, or the object that vLLM sends without a wrapper.
Reported read_error(const json::value& error) {
  Reported reported;
  if (error.is_string()) {
    reported.message = shortened(std::string(error.as_string()));
  } else if (const json::object* object = error.if_object()) {
    reported.message = text_of(*object, "message");
    if (reported.message.empty()) reported.message = text_of(*object, "detail");
    reported.message = shortened(std::move(reported.message));
    reported.type = text_of(*object, "code");
    if (reported.type.empty()) reported.type = text_of(*object, "type");
    reported.prompt_tokens = number_of(*object, "n_prompt_tokens");
    reported.context_tokens = number_of(*object, "n_ctx");
  }
  return reported;
}

Reported read_body(std::string_view body) {
  boost::system::error_code malformed;
  const json::value value = json::parse(body, malformed);
  const json::object* object = malformed ? nullptr : value.if_object();
  if (!object) return {.message = shortened(std::string(body))};
  const json::value* error = object->if_contains("error");
  return read_error(error ? *error : value);
}

std::optional<std::int64_t> read_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() ? std::optional(number) : std::nullopt;
}

std::optional<std::int64_t> number_after(std::string_view text, std::string_view words) {
  const std::size_t at = text.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  return read_number(text.substr(at + words.size()));
}

std::optional<std::int64_t> number_before(std::string_view text, std::string_view words) {
  const std::size_t at = text.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  std::size_t begin = at;
  while (begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9') --begin;
  return read_number(text.substr(begin, at - begin));
}

/// vLLM and SGLang tell the counts only in their words:
///   "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens
///    (4500 in the messages, 500 in the completion)."
///   "The input (5000 tokens) is longer than the model's context length (4096 tokens)."
/// Only a prompt that is itself too long is an overflow; too large a max_tokens is not.
void read_counts(Reported& reported) {
  if (reported.context_tokens > 0) return;
  const std::string_view message = reported.message;
  auto context = number_after(message, "maximum context length is ");
  if (!context) context = number_after(message, "context length (");
  if (!context) return;
  auto prompt = number_before(message, " in the messages");
  if (!prompt) prompt = number_before(message, " in the prompt");
  if (!prompt) prompt = number_before(message, " input tokens");
  if (!prompt) prompt = number_after(message, "The input (");
  if (!prompt || *prompt < *context) return;
  reported.prompt_tokens = *prompt;
  reported.context_tokens = *context;
}

EngineError make(EngineError::Kind kind, const Reported& reported, int http_status) {
  EngineError error(kind,
                    reported.message.empty() ? "The engine gave no reason." : reported.message);
  error.http_status = http_status;
  error.prompt_tokens = reported.prompt_tokens;
  error.context_tokens = reported.context_tokens;
  return error;
}

EngineError::Kind kind_of_status(int http_status) {
  using Kind = EngineError::Kind;
  switch (http_status) {
    case 401:
    case 403:  // our key is refused, which is not the caller's fault
    case 404:  // nor is an unknown model name or path
      return Kind::kUnavailable;
    case 408:
    case 504:
      return Kind::kTimeout;
    case 429:
      return Kind::kBusy;
    case 502:
    case 503:
      return Kind::kNotReady;
    default:
      return http_status >= 400 && http_status < 500 ? Kind::kInvalidRequest : Kind::kFailed;
  }
}

EngineError classify(Reported reported, int http_status) {
  read_counts(reported);
  const bool overflow = reported.context_tokens > 0 ||
                        reported.type == "exceed_context_size_error" ||
                        reported.type == "context_length_exceeded";
  const EngineError::Kind kind = kind_of_status(http_status);
  if (overflow && kind == EngineError::Kind::kInvalidRequest) {
    return make(EngineError::Kind::kContextOverflow, reported, http_status);
  }
  return make(kind, reported, http_status);
}

}  // namespace

EngineError error_from_response(int http_status, std::string_view body) {
  return classify(read_body(body), http_status);
}

EngineError error_from_event(const json::value& error) {
  const json::object* object = error.if_object();
  const std::int64_t code = object ? number_of(*object, "code") : 0;
  const int http_status = code >= 400 && code < 600 ? static_cast<int>(code) : 500;
  // Once a reply has begun, a busy or loading server is a broken reply.
  EngineError made = classify(read_error(error), http_status);
  using Kind = EngineError::Kind;
  if (made.kind != Kind::kContextOverflow && made.kind != Kind::kInvalidRequest) {
    made.kind = Kind::kFailed;
  }
  return made;
}

EngineError error_from_transport(const wire::ClientError& problem) {
  using Cause = wire::ClientError::Cause;
  using Phase = wire::ClientError::Phase;
  if (problem.cause == Cause::kTimeout && problem.phase != Phase::kConnect) {
    return EngineError(EngineError::Kind::kTimeout, "The engine did not answer in time.");
  }
  if (problem.phase == Phase::kConnect) {
    return EngineError(EngineError::Kind::kUnavailable, "The engine cannot be reached.");
  }
  return EngineError(EngineError::Kind::kFailed, "The engine hung up or sent nonsense.");
}

}  // namespace bedplate::inference
