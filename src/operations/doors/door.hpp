// A door: a way in to the same models besides AWS's own operations, for the clients of another API.
// Who calls, which model answers and what goes wrong are decided by the same code for every door;
// only paths, request ids and the shape of errors are its own (docs/other-apis.md).
#pragma once

#include <string>
#include <string_view>

#include "identity/authenticator.hpp"
#include "operations/context.hpp"

namespace bedplate::operations {

/// What an error means to the clients of a door, whatever AWS calls it.
enum class Failure {
  kInvalid,
  kUnauthenticated,
  kForbidden,
  kNotFound,
  kMethod,
  kTooLarge,
  kThrottled,
  kNotReady,
  kUnavailable,
  kTimeout,
  kNotImplemented,
  kServer,
};
Failure failure_of(const ApiError& error);

/// An error's text as JSON can carry it: some repeat bytes of a path or header, which may be no
/// UTF-8.
std::string text_of(const ApiError& error);

class Door {
 public:
  virtual ~Door() = default;

  /// The header that carries the request's id.
  virtual std::string_view request_id_header() const = 0;
  virtual int http_status_of(const ApiError& error) const = 0;
  /// The body of an error response.
  virtual std::string error_body(const ApiError& error, std::string_view request_id) const = 0;
  /// The server-sent event that ends a stream which had begun.
  virtual std::string error_event(const ApiError& error, std::string_view request_id) const = 0;
  /// A prompt of `prompt_tokens` for a context of `context_tokens`, in the words that clients of
  /// this door look for.
  virtual ApiError context_overflow(std::int64_t prompt_tokens,
                                    std::int64_t context_tokens) const = 0;

  /// Adds the request id and the context's own headers.
  void add_headers(const Context& context, wire::Headers& headers) const;
  wire::Response render_error(const ApiError& error, const Context& context) const;
  /// For errors outside of any request's context.
  wire::Response render_error(const ApiError& error, std::string_view request_id) const;
  /// Ends the request: with an error response or, once a stream has begun, with its last event.
  Task<> report(ApiError error, const Context& context, wire::ResponseWriter& writer) const;
  Task<> send_json(std::string body, const Context& context, wire::ResponseWriter& writer) const;
  /// Begins a stream of server-sent events.
  Task<> start_events(const Context& context, wire::ResponseWriter& writer) const;
};

/// `/v1/…` and `/openai/…`: OpenAI's API.
const Door& openai_door();
/// `/v1/messages…` and `/anthropic/…`: Anthropic's API.
const Door& anthropic_door();

/// The same identity as on the AWS operations: a signature for `bedrock` or `bedrock-mantle`, or an
/// API key in `Authorization: Bearer` or `x-api-key`. What the authenticator refuses is 401 here.
identity::Principal authenticate_at_door(const identity::Authenticator& authenticator,
                                         const wire::Request& request);

}  // namespace bedplate::operations
