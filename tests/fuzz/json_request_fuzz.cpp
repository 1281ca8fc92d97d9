// Requests of every catalogued operation: whatever arrives is read or refused with an ApiError,
// and what was read survives being written and read again.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "api/agent.hpp"
#include "api/agent_runtime.hpp"
#include "api/cloudwatch.hpp"
#include "api/control.hpp"
#include "api/iam.hpp"
#include "api/runtime.hpp"
#include "api/sts.hpp"
#include "base/api_error.hpp"
#include "protocol/rest_json.hpp"
#include "protocol/shape_json.hpp"

namespace {

using namespace bedplate;

template <class Op>
void read_twice(const protocol::PathLabels& labels, const wire::Request& request) {
  if (Op::descriptor.service->protocol != protocol::Protocol::kRestJson) return;
  typename Op::Request input;
  try {
    input = protocol::read_request<Op>(labels, request);
  } catch (const ApiError&) {
    return;
  }
  const std::string text = protocol::to_json_text(input);
  boost::json::value json;
  try {
    json = protocol::parse_json(text);
  } catch (const ApiError&) {
    return;  // a payload's document may nest one level deeper than a body may
  }
  const auto again = protocol::from_json<typename Op::Request>(json);
  if (protocol::to_json_text(again) != text) std::abort();
}

using ReadTwice = void (*)(const protocol::PathLabels&, const wire::Request&);
constexpr ReadTwice kOperations[] = {
#define OPERATION(service, name) &read_twice<op::service::name>,
#include "operations/catalog.def"
#undef OPERATION
};

// Takes a line off the front.
std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

}  // namespace

// The first byte chooses the operation. Then come a line for every label, one for the query, one
// for the header that the operations share, and the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t choice = data[0] % std::size(kOperations);
  std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string label(take_line(rest));
  wire::Request request;
  request.method = "POST";
  request.target = "/x?" + std::string(take_line(rest));
  request.headers.add("X-Amzn-Bedrock-Trace", std::string(take_line(rest)));
  request.body = rest;
  const protocol::PathLabels labels = {
      {"modelId", label}, {"modelIdentifier", label}, {"inferenceProfileIdentifier", label}};
  kOperations[choice](labels, request);
  return 0;
}
