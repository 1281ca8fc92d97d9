#include "protocol/rpc/rpc_messages.hpp"

#include <fmt/format.h>

#include "api/operations.hpp"
#include "base/bytes.hpp"
#include "protocol/json_reader.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/query/query_reply.hpp"
#include "protocol/rpc/cbor.hpp"
#include "protocol/rpc/shape_walk.hpp"

namespace bedplate::protocol::rpc {
namespace {

constexpr std::string_view kTargetHeader = "x-amz-target";
constexpr std::string_view kProtocolHeader = "smithy-protocol";
constexpr std::string_view kCborProtocol = "rpc-v2-cbor";

/// What a request says it is for.
struct Target {
  std::string_view prefix;     ///< of the service
  std::string_view operation;  ///< as sent
};

/// "Prefix.Operation".
Target json_target(const wire::Request& request) {
  const std::string_view text = request.headers.get(kTargetHeader);
  const std::size_t dot = text.find('.');
  if (dot == text.npos) return {};
  return {text.substr(0, dot), text.substr(dot + 1)};
}

/// "/service/Prefix/operation/Operation".
Target cbor_target(const wire::Request& request) {
  constexpr std::string_view kBefore = "/service/", kBetween = "/operation/";
  std::string_view path = request.path();
  if (!path.starts_with(kBefore)) return {};
  path.remove_prefix(kBefore.size());
  const std::size_t between = path.find(kBetween);
  if (between == path.npos) return {};
  return {path.substr(0, between), path.substr(between + kBetween.size())};
}

Target target_of(const wire::Request& request) {
  return encoding_of(request) == Encoding::kCbor ? cbor_target(request) : json_target(request);
}

/// Writes JSON as these protocols have it: points in time are seconds.
class JsonSink {
 public:
  void boolean(bool value) { piece(value ? "true" : "false"); }
  void integer(std::int64_t value) { piece(std::to_string(value)); }
  void number(double value) {
    separate();
    append_json_number(out_, value);
  }
  void text(std::string_view value) {
    separate();
    append_json_string(out_, value);
  }
  void bytes(std::string_view value) { text(base64_encode(value)); }
  void time(Timestamp value) {
    const std::int64_t ms = value.time_since_epoch().count();
    piece(ms % 1000 == 0 ? std::to_string(ms / 1000)
                         : fmt::format("{:.3f}", static_cast<double>(ms) / 1e3));
  }
  void begin_list(std::size_t) { open('['); }
  void end_list() { close(']'); }
  void begin_map(std::size_t) { open('{'); }
  void key(std::string_view name) {
    text(name);
    out_ += ':';
    first_ = true;
  }
  void end_map() { close('}'); }
  std::string take() { return std::move(out_); }

 private:
  void separate() {
    if (!std::exchange(first_, false)) out_ += ',';
  }
  void piece(std::string_view text) {
    separate();
    out_ += text;
  }
  void open(char bracket) {
    separate();
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }

  std::string out_;
  bool first_ = true;
};

wire::Response response_of(Encoding encoding, int status, std::string body) {
  wire::Response response;
  response.head.status = status;
  response.body = std::move(body);
  if (encoding == Encoding::kCbor) {
    response.head.headers.add("Content-Type", "application/cbor");
    response.head.headers.add(std::string(kProtocolHeader), std::string(kCborProtocol));
  } else {
    response.head.headers.add("Content-Type", "application/x-amz-json-1.0");
  }
  return response;
}

}  // namespace

Encoding encoding_of(const wire::Request& request) {
  if (request.headers.get(kProtocolHeader) == kCborProtocol) return Encoding::kCbor;
  if (request.headers.find(kTargetHeader) != nullptr) return Encoding::kAwsJson;
  return Encoding::kModelled;
}

const ServiceDescriptor* find_service(const wire::Request& request) {
  if (encoding_of(request) == Encoding::kModelled) return nullptr;
  const Target target = target_of(request);
  for (const OperationDescriptor& operation : api::kOperations) {
    const ServiceDescriptor* service = operation.service;
    if (!service->target_prefix.empty() && service->target_prefix == target.prefix) return service;
  }
  return nullptr;
}

Route route(const ServiceDescriptor& service, const wire::Request& request) {
  const Encoding encoding = encoding_of(request);
  const Target target = target_of(request);
  const bool right_path = encoding == Encoding::kCbor || request.path() == "/";
  if (!right_path || target.prefix != service.target_prefix) throw errors::unknown_operation();
  if (request.method != "POST") throw errors::method_not_allowed("POST");
  if (request.body.size() > kBodyBytesMax) {
    throw errors::request_entity_too_large(
        fmt::format("A request may have at most {} bytes.", kBodyBytesMax));
  }
  for (const OperationDescriptor& operation : api::kOperations) {
    if (operation.service != &service || operation.name != target.operation) continue;
    Route route{&operation, {}, {}};
    route.encoding = encoding;
    return route;
  }
  throw errors::unknown_operation();
}

void read_input(const OperationDescriptor& operation, Encoding encoding,
                const wire::Request& request, void* input) {
  boost::json::value body = boost::json::object();
  if (!request.body.empty()) {
    body = encoding == Encoding::kCbor ? read_cbor(request.body) : parse_json(request.body);
  }
  Reader reader(MemberNames::kLowerFirst);
  reader.read_body(*operation.input, body, input);
  reader.throw_if_broken();
}

wire::Response write_output(const OperationDescriptor& operation, Encoding encoding,
                            const void* output) {
  if (encoding == Encoding::kCbor) {
    return response_of(encoding, operation.success_status, write_cbor(*operation.output, output));
  }
  JsonSink sink;
  walk(sink, *operation.output, output);
  return response_of(encoding, operation.success_status, sink.take());
}

wire::Response render_error(const ApiError& error, std::string_view request_id,
                            const ServiceDescriptor& service, Encoding encoding) {
  const query::Fault fault = query::fault_of(error, service);
  const std::string type = fmt::format("{}#{}", service.target_prefix, error.type);
  std::string body;
  if (encoding == Encoding::kCbor) {
    body = write_cbor_texts({{"__type", type}, {"message", fault.message}});
  } else {
    body = R"({"__type":)";
    append_json_string(body, type);
    body += R"(,"message":)";
    append_json_string(body, fault.message);
    body += '}';
  }
  wire::Response response = response_of(encoding, fault.http_status, std::move(body));
  response.head.headers.add("x-amzn-RequestId", std::string(request_id));
  response.head.headers.add(
      "x-amzn-query-error",
      fmt::format("{};{}", fault.code, fault.http_status < 500 ? "Sender" : "Receiver"));
  return response;
}

}  // namespace bedplate::protocol::rpc
