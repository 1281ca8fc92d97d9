#include "request_bytes.hpp"

namespace bedplate::bench {
namespace {

std::string host_of(const wire::Endpoint& endpoint) {
  if (endpoint.kind == wire::Endpoint::Kind::kUnix) return "localhost";
  return fmt::format("{}:{}", endpoint.host, endpoint.port);
}

}  // namespace

std::string request_bytes(const RequestPlan& plan) {
  wire::Request request;
  request.method = "POST";
  request.target = plan.path;
  request.body = plan.body;
  request.headers.add("host", host_of(plan.endpoint));
  request.headers.add("content-type", "application/json");
  if (plan.key) {
    identity::SignOptions options;
    options.region = plan.region;
    options.service = "bedrock";
    options.time = MachineClock().now();
    identity::sign(request, *plan.key, options);
  }
  std::string bytes = fmt::format("POST {} HTTP/1.1\r\n", plan.path);
  for (const auto& [name, value] : request.headers) {
    bytes.append(name).append(": ").append(value).append("\r\n");
  }
  bytes += fmt::format("content-length: {}\r\n\r\n", plan.body.size());
  return bytes + plan.body;
}

}  // namespace bedplate::bench
