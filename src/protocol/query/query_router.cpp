#include "protocol/query/query_router.hpp"

#include "api/operations.hpp"
#include "base/api_error.hpp"

namespace bedplate::protocol::query {
namespace {

constexpr std::string_view kPath = "/";
// How AWS's answer calls a Version that was not sent.
constexpr std::string_view kNoVersion = "NO_VERSION_SPECIFIED";

// Anybody may send a name of any length: this bounds the answer that repeats it.
constexpr std::size_t kEchoedBytesMax = 256;

std::string_view echoed(std::string_view text) {
  if (text.size() <= kEchoedBytesMax) return text;
  std::size_t end = kEchoedBytesMax;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not inside a character
  return text.substr(0, end);
}

// The first operation of a query service that fits; nullptr when none does.
template <class Fits>
const OperationDescriptor* find_operation(Fits fits) {
  for (const OperationDescriptor& operation : api::kOperations) {
    if (operation.service->protocol == Protocol::kQuery && fits(operation)) return &operation;
  }
  return nullptr;
}

const ServiceDescriptor* service_of(const OperationDescriptor* operation) {
  return operation != nullptr ? operation->service : nullptr;
}

}  // namespace

const ServiceDescriptor* find_service(std::string_view signing_name) {
  return service_of(find_operation([signing_name](const OperationDescriptor& each) {
    return each.service->endpoint_name == signing_name;
  }));
}

const ServiceDescriptor* guess_service(const wire::Request& request) {
  if (request.path() != kPath) return nullptr;
  Parameters parameters;
  try {
    parameters = parameters_of(request);
  } catch (const ApiError&) {
    return nullptr;
  }
  const std::string* action = parameters.find("Action");
  if (action == nullptr) return nullptr;
  if (const std::string* version = parameters.find("Version")) {
    const auto* operation = find_operation([version](const OperationDescriptor& each) {
      return each.service->api_version == *version;
    });
    if (operation != nullptr) return operation->service;
  }
  return service_of(
      find_operation([action](const OperationDescriptor& each) { return each.name == *action; }));
}

Route route(const ServiceDescriptor& service, const wire::Request& request) {
  if (request.path() != kPath) throw errors::unknown_operation();
  Route route{nullptr, {}, parameters_of(request)};
  const std::string* action = route.parameters.find("Action");
  if (action == nullptr) throw errors::missing_action();
  const std::string* version = route.parameters.find("Version");
  if (version != nullptr && *version == service.api_version) {
    route.operation = find_operation([&](const OperationDescriptor& each) {
      return each.service == &service && each.name == *action;
    });
  }
  if (route.operation == nullptr) {
    throw errors::invalid_action(echoed(*action), version ? echoed(*version) : kNoVersion);
  }
  return route;
}

}  // namespace bedplate::protocol::query
