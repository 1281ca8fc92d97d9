// What the audit trail tells of one request: noted while it is answered, made an event at its end.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/api_error.hpp"
#include "base/clock.hpp"
#include "identity/principal.hpp"
#include "observe/audit_trail.hpp"
#include "protocol/rest_json.hpp"
#include "protocol/schema.hpp"
#include "wire/http.hpp"

namespace bedplate::observe {

/// An operation of a door, an API that is not AWS's.
struct DoorCall {
  std::string_view name;    ///< as CloudTrail calls it: CreateInference
  bool data_event = false;  ///< else a management event
  std::string_view source = "bedrock-mantle.amazonaws.com";
  bool read_only = true;
};

class ApiCall {
 public:
  /// `request` outlives the call; its body is not looked at.
  ApiCall(const wire::Request& request, const std::string& request_id)
      : request_(request), request_id_(request_id) {}
  ApiCall(const ApiCall&) = delete;
  ApiCall& operator=(const ApiCall&) = delete;

  /// What the request is for. Without either it is an UnknownOperation.
  void is_for(const protocol::OperationDescriptor& operation, const protocol::PathLabels& labels);
  void is_for(DoorCall door) { door_ = door; }
  /// Who sends it, once that is proven. `principal` outlives the call.
  void is_by(const identity::Principal& principal) { principal_ = &principal; }

  /// The operation's typed input and output.
  void takes(const void* input);
  void returns(const void* output);
  /// A parameter of a request that no service model describes.
  void takes_identifier(std::string_view name, std::string_view identifier);
  void takes_flag(std::string_view name, bool value);

  void failed(const ApiError& error) { error_ = error; }
  /// The answer could not be sent to its end.
  void client_is_gone() { client_gone_ = true; }

  /// The event, in CloudTrail's record format (docs/audit.md). `response` is the answer's head, as
  /// far as there is one.
  std::string event(const AuditOrigin& origin, Timestamp now, const wire::Headers* response) const;

 private:
  class Writer;
  void add_parameter(std::string_view name, std::string_view json);
  bool carries_content() const;
  void write_identity(Writer& out, const AuditOrigin& origin) const;
  void write_session(Writer& out) const;
  void write_what(Writer& out, const AuditOrigin& origin, Timestamp now) const;
  void write_outcome(Writer& out, const wire::Headers* response) const;
  void write_kind(Writer& out, const AuditOrigin& origin) const;

  const wire::Request& request_;
  const std::string& request_id_;
  const protocol::OperationDescriptor* operation_ = nullptr;
  std::optional<DoorCall> door_;
  const identity::Principal* principal_ = nullptr;
  std::optional<ApiError> error_;
  bool client_gone_ = false;
  std::string parameters_;  ///< JSON; empty: none
  std::string elements_;    ///< JSON; empty: none
};

}  // namespace bedplate::observe
