#include "inference/engines/converse_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <boost/json.hpp>
#include <optional>

#include "inference/engines/engine_errors.hpp"
#include "inference/engines/messages_errors.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;
using Kind = EngineError::Kind;

constexpr int kTimeoutStatus = 408;
constexpr std::size_t kTypeBytesMax = 64;
constexpr std::size_t kMessageBytesMax = 1'000;
/// We put the same words before what we answer ourselves.
constexpr std::string_view kModelSaid = "The model returned the following errors: ";

struct KnownError {
  std::string_view type;
  Kind kind;
};
/// Those whose status alone does not tell what to do.
constexpr KnownError kKnownErrors[] = {
    {"ThrottlingException", Kind::kBusy},
    {"ServiceQuotaExceededException", Kind::kBusy},
    {"ModelNotReadyException", Kind::kNotReady},
    {"ServiceUnavailableException", Kind::kUnavailable},
    {"ResourceNotFoundException", Kind::kUnavailable},
    {"ModelTimeoutException", Kind::kTimeout},
    {"ModelErrorException", Kind::kFailed},
    {"ModelStreamErrorException", Kind::kFailed},
    {"InternalServerException", Kind::kFailed},
    {"ValidationException", Kind::kInvalidRequest},
};

/// Answers to a signature, a token or a key. They may come with status 400 or 403.
constexpr std::string_view kCredentialErrors[] = {
    "AccessDeniedException",
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignatureException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "MissingAuthenticationTokenException",
    "MissingAuthenticationToken",
    "ExpiredTokenException",
    "ExpiredToken",
    "RequestExpired",
};

json::object members_of(std::string_view body) {
  boost::system::error_code malformed;
  json::value value = json::parse(body, malformed);
  if (malformed || !value.is_object()) return {};
  return std::move(value.as_object());
}

std::string text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

/// "ThrottlingException:http://…" and "com.amazonaws.bedrock#ThrottlingException"; nothing when it
/// is no name.
std::string plain_type(std::string_view type) {
  type = type.substr(0, type.find(':'));
  if (const std::size_t hash = type.rfind('#'); hash != type.npos) type.remove_prefix(hash + 1);
  const bool name =
      type.size() <= kTypeBytesMax && std::all_of(type.begin(), type.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      });
  return name ? std::string(type) : std::string();
}

/// In a stream the names begin with a small letter.
std::optional<Kind> kind_of(std::string_view type) {
  for (const KnownError& known : kKnownErrors) {
    if (boost::algorithm::iequals(known.type, type)) return known.kind;
  }
  return std::nullopt;
}

bool is_about_credentials(int http_status, std::string_view type) {
  return http_status == 401 || http_status == 403 ||
         std::find(std::begin(kCredentialErrors), std::end(kCredentialErrors), type) !=
             std::end(kCredentialErrors);
}

/// The service's own words may hold the request that was signed, or the account's ARNs.
EngineError credentials_refused(int http_status, const std::string& type) {
  std::string text = "The service that serves this model refuses this server's credentials";
  text += type.empty() ? "." : fmt::format(" ({}).", type);
  EngineError error(Kind::kUnavailable, text);
  error.http_status = http_status;
  return error;
}

EngineError with_text(const EngineError& error, const std::string& text) {
  EngineError out(error.kind, text);
  out.http_status = error.http_status;
  return out;
}

/// What the model's own server answered, where Bedrock tells.
int original_status(const json::object& members) {
  const json::value* value = members.if_contains("originalStatusCode");
  return value && value->is_int64() && value->as_int64() >= 100 && value->as_int64() < 600
             ? static_cast<int>(value->as_int64())
             : 0;
}

EngineError settled(EngineError error) {
  const std::string_view text = error.what();
  if (text.starts_with(kModelSaid)) {
    error = with_text(error, std::string(text.substr(kModelSaid.size())));
  }
  if (error.kind == Kind::kInvalidRequest) read_prompt_overflow(error);
  return error;
}

}  // namespace

EngineError converse_error_from_response(int http_status, std::string_view type, std::string body,
                                         const std::vector<std::string>& secrets) {
  const json::object members = members_of(body);
  std::string name = plain_type(type);
  if (name.empty()) name = plain_type(text_in(members, "__type"));
  if (is_about_credentials(http_status, name)) return credentials_refused(http_status, name);
  for (const std::string& secret : secrets) {
    if (!secret.empty()) boost::algorithm::replace_all(body, secret, "…");
  }
  EngineError error = error_from_response(http_status, body);
  // What stands before the service itself has a capital.
  const std::string capital = text_in(members_of(body), "Message");
  if (!capital.empty() && capital.size() <= kMessageBytesMax) error = with_text(error, capital);
  // Only vLLM and its like tell counts in the way that this has looked for.
  error.kind = kind_of(name).value_or(error.kind == Kind::kContextOverflow ? Kind::kInvalidRequest
                                                                           : error.kind);
  error.prompt_tokens = error.context_tokens = 0;
  if (const int status = original_status(members)) error.http_status = status;
  return settled(std::move(error));
}

EngineError converse_error_from_frame(const protocol::Frame& frame, bool begun) {
  const json::object members = members_of(frame.payload);
  std::string type(frame.text(":exception-type"));
  if (type.empty()) type = frame.text(":error-code");
  std::string text = text_in(members, "message");
  if (text.empty()) text = frame.text(":error-message");
  if (text.empty()) text = "The engine gave no reason.";
  EngineError error(kind_of(plain_type(type)).value_or(Kind::kFailed), text);
  error.http_status = original_status(members);
  if (error.http_status == kTimeoutStatus) error.kind = Kind::kTimeout;
  // Once a reply has begun, a busy or restarting service is a broken reply.
  const bool kept = error.kind == Kind::kInvalidRequest || error.kind == Kind::kTimeout;
  if (begun && !kept) error.kind = Kind::kFailed;
  return settled(std::move(error));
}

}  // namespace bedplate::inference
