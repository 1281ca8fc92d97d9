#include "observe/api_call.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "identity/policy/principals.hpp"
#include "identity/session_token.hpp"
#include "identity/signature_claim.hpp"
#include "observe/event_error.hpp"
#include "observe/event_parameters.hpp"
#include "protocol/json_writer.hpp"

namespace bedplate::observe {
namespace {

using identity::Principal;

constexpr std::string_view kEventVersion = "1.11";
constexpr std::size_t kUserAgentBytesMax = 1024;  // as CloudTrail's
constexpr std::string_view kUnknownOperation = "UnknownOperation";
constexpr std::string_view kServedBy = "x-bedplate-served-by";

/// A text of the request as JSON can carry it.
std::string shown_header(std::string_view text, std::size_t bytes_max) {
  std::string out(text.substr(0, bytes_max));
  if (!is_valid_utf8(out)) {
    std::replace_if(
        out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) > 127; }, '?');
  }
  return out;
}

/// A key id that nobody has proven to hold; somebody may have put a secret in its place.
bool is_access_key_id(std::string_view text) {
  return text.size() == 20 && (text.starts_with("AKIA") || text.starts_with("ASIA")) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

bool is_assumed_role(const Principal& principal) {
  return principal.caller != nullptr &&
         principal.caller->type == identity::policy::Caller::Type::kAssumedRole;
}

/// CloudTrail calls what changes nothing read-only, by the operations' names; model calls and
/// getting temporary keys count as such (docs/audit.md).
bool is_read_only(const protocol::OperationDescriptor& operation) {
  constexpr std::array<std::string_view, 8> kBeginnings{"Get",   "List",   "Invoke",   "Converse",
                                                        "Count", "Assume", "Simulate", "Decode"};
  return operation.read_only ||
         std::any_of(kBeginnings.begin(), kBeginnings.end(),
                     [&](std::string_view each) { return operation.name.starts_with(each); });
}

/// The runtime's operations that CloudTrail logs as data events; Agents Runtime's all are.
bool is_data_event(const protocol::OperationDescriptor& operation) {
  constexpr std::array<std::string_view, 4> kNames{
      "InvokeModelWithBidirectionalStream", "GetAsyncInvoke", "StartAsyncInvoke", "ApplyGuardrail"};
  if (operation.service->service == protocol::Service::kAgentRuntime) return true;
  return operation.service->service == protocol::Service::kRuntime &&
         std::find(kNames.begin(), kNames.end(), operation.name) != kNames.end();
}

std::string_view event_source(const protocol::OperationDescriptor* operation) {
  if (operation == nullptr) return "bedrock.amazonaws.com";
  if (operation->service->service == protocol::Service::kIam) return "iam.amazonaws.com";
  if (operation->service->service == protocol::Service::kSts) return "sts.amazonaws.com";
  if (operation->service->service == protocol::Service::kCloudWatch) {
    return "monitoring.amazonaws.com";
  }
  return "bedrock.amazonaws.com";
}

}  // namespace

/// One JSON object, member by member.
class ApiCall::Writer {
 public:
  void text(std::string_view name, std::string_view value) {
    key(name);
    protocol::append_json_string(out_, value);
  }
  void flag(std::string_view name, bool value) { raw(name, value ? "true" : "false"); }
  void raw(std::string_view name, std::string_view json) {
    key(name);
    out_ += json;
  }
  void open(std::string_view name) {
    key(name);
    out_ += '{';
    first_ = true;
  }
  void close() {
    out_ += '}';
    first_ = false;
  }
  std::string take() {
    out_ += '}';
    return std::move(out_);
  }

 private:
  void key(std::string_view name) {
    if (!std::exchange(first_, false)) out_ += ',';
    protocol::append_json_string(out_, name);
    out_ += ':';
  }
  std::string out_ = "{";
  bool first_ = true;
};

void ApiCall::is_for(const protocol::OperationDescriptor& operation,
                     const protocol::PathLabels& labels) {
  operation_ = &operation;
  for (const protocol::PathLabel& label : labels) takes_identifier(label.name, label.value);
}

void ApiCall::takes(const void* input) {
  parameters_ = shown_members(*operation_, *operation_->input, input);
}

void ApiCall::returns(const void* output) {
  if (!is_read_only(*operation_) && operation_->output != nullptr) {
    elements_ = shown_members(*operation_, *operation_->output, output);
  } else if (operation_->service->service == protocol::Service::kSts &&
             !operation_->name.starts_with("GetCaller") && operation_->output != nullptr) {
    // Whose temporary keys were made, and which.
    elements_ = shown_members(*operation_, *operation_->output, output);
  }
}

void ApiCall::add_parameter(std::string_view name, std::string_view json) {
  if (parameters_.empty()) {
    parameters_ = "{";
  } else {
    parameters_.back() = ',';
  }
  protocol::append_json_string(parameters_, name);
  parameters_ += ':';
  parameters_ += json;
  parameters_ += '}';
}

void ApiCall::takes_identifier(std::string_view name, std::string_view identifier) {
  std::string value;
  const bool valid = is_valid_utf8(identifier);
  protocol::append_json_string(value, valid ? shown_identifier(name, identifier) : kHidden);
  add_parameter(name, value);
}

void ApiCall::takes_flag(std::string_view name, bool value) {
  add_parameter(name, value ? "true" : "false");
}

bool ApiCall::carries_content() const {
  return operation_ == nullptr || observe::carries_content(*operation_);
}

void ApiCall::write_session(Writer& out) const {
  out.open("sessionContext");
  if (is_assumed_role(*principal_) || principal_->is_federated()) {
    const std::string& issuer = principal_->caller->entity_arn;
    out.open("sessionIssuer");
    out.text("type", principal_->is_federated() ? "IAMUser" : "Role");
    out.text("principalId", principal_->entity_id);
    out.text("arn", issuer);
    out.text("accountId", principal_->account_id);
    out.text("userName", std::string_view(issuer).substr(issuer.rfind('/') + 1));
    out.close();
  }
  const identity::SessionClaims* claims = principal_->session.get();
  out.open("attributes");
  if (claims != nullptr) out.text("creationDate", format_iso8601_s(claims->issued));
  out.text("mfaAuthenticated", "false");
  out.close();
  if (claims != nullptr && !claims->source_identity.empty()) {
    out.text("sourceIdentity", claims->source_identity);
  }
  out.close();
}

void ApiCall::write_identity(Writer& out, const AuditOrigin& origin) const {
  out.open("userIdentity");
  if (principal_ == nullptr) {
    out.text("type", "Unknown");
    out.text("accountId", origin.account_id);
    const auto scope = identity::claimed_scope(request_);
    if (scope && is_access_key_id(scope->access_key_id)) {
      out.text("accessKeyId", scope->access_key_id);
    }
    return out.close();
  }
  const bool role = is_assumed_role(*principal_);
  const bool federated = principal_->is_federated();
  out.text("type", role ? "AssumedRole" : federated ? "FederatedUser" : "IAMUser");
  if (principal_->caller != nullptr) out.text("principalId", principal_->caller->unique_id);
  out.text("arn", principal_->arn);
  out.text("accountId", principal_->account_id);
  if (!principal_->access_key_id.empty()) out.text("accessKeyId", principal_->access_key_id);
  if (!role && !federated) out.text("userName", principal_->user_name);
  if (principal_->kind == Principal::Kind::kSession) write_session(out);
  out.close();
}

void ApiCall::write_what(Writer& out, const AuditOrigin& origin, Timestamp now) const {
  std::string region = origin.region;
  if (principal_ != nullptr) {
    region = principal_->region;
  } else if (const auto scope = identity::claimed_scope(request_);
             scope && identity::is_region_name(scope->region)) {
    region = scope->region;
  }
  out.text("eventTime", format_iso8601_s(now));
  out.text("eventSource", door_ ? door_->source : event_source(operation_));
  out.text("eventName", door_ ? door_->name : operation_ ? operation_->name : kUnknownOperation);
  out.text("awsRegion", region);
  out.text("sourceIPAddress", request_.peer_address);
  out.text("userAgent", shown_header(request_.headers.get("user-agent"), kUserAgentBytesMax));
}

void ApiCall::write_outcome(Writer& out, const wire::Headers* response) const {
  if (error_) {
    out.text("errorCode", event_error_code(*error_));
    out.text("errorMessage", event_error_message(*error_, carries_content()));
  }
  out.raw("requestParameters", parameters_.empty() ? "null" : parameters_);
  out.raw("responseElements", elements_.empty() || error_ ? "null" : elements_);
  const std::string* served_by = response != nullptr ? response->find(kServedBy) : nullptr;
  const bool bearer = principal_ != nullptr && principal_->kind == Principal::Kind::kApiKey;
  const bool open = principal_ != nullptr && principal_->kind == Principal::Kind::kAnonymous;
  if (served_by == nullptr && !bearer && !open && !client_gone_) return;
  out.open("additionalEventData");
  if (bearer) out.flag("callWithBearerToken", true);
  if (open) out.text("authentication", "off");
  if (served_by != nullptr) out.text("servedBy", *served_by);
  if (client_gone_) out.flag("clientGone", true);
  out.close();
}

void ApiCall::write_kind(Writer& out, const AuditOrigin& origin) const {
  const bool data = door_ ? door_->data_event : operation_ && is_data_event(*operation_);
  const bool read_only = door_ ? door_->read_only : operation_ && is_read_only(*operation_);
  out.text("requestID", request_id_);
  out.text("eventID", random_uuid());
  out.flag("readOnly", read_only);
  out.text("eventType", "AwsApiCall");
  out.flag("managementEvent", !data);
  out.text("recipientAccountId",
           principal_ != nullptr ? principal_->account_id : origin.account_id);
  out.text("eventCategory", data ? "Data" : "Management");
  if (!request_.secure) return;
  out.open("tlsDetails");
  out.text("tlsVersion", request_.tls.version);
  out.text("cipherSuite", request_.tls.cipher);
  out.text("clientProvidedHostHeader", shown_header(request_.headers.get("host"), 256));
  out.close();
}

std::string ApiCall::event(const AuditOrigin& origin, Timestamp now,
                           const wire::Headers* response) const {
  Writer out;
  out.text("eventVersion", kEventVersion);
  write_identity(out, origin);
  write_what(out, origin, now);
  write_outcome(out, response);
  write_kind(out, origin);
  return out.take();
}

}  // namespace bedplate::observe
