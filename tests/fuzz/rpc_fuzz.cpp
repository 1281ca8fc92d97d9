// Requests of the RPC protocols: whatever arrives as CBOR is read or refused with an ApiError, and
// what was read can be written and read again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/cloudwatch.hpp"
#include "base/api_error.hpp"
#include "protocol/json_reader.hpp"
#include "protocol/query/query_router.hpp"
#include "protocol/rpc/cbor.hpp"
#include "protocol/rpc/rpc_messages.hpp"

namespace {

using namespace bedplate;
using Input = api::cloudwatch::GetMetricDataInput;

Input read(std::string_view bytes) {
  Input input;
  protocol::Reader reader;
  reader.read_value(Input::kShape, protocol::rpc::read_cbor(bytes), &input);
  reader.throw_if_broken();
  return input;
}

void route(std::string_view bytes) {
  wire::Request request;
  request.method = "POST";
  request.target = std::string(bytes.substr(0, bytes.find('\n')));
  request.headers.add("smithy-protocol", "rpc-v2-cbor");
  try {
    protocol::rpc::find_service(request);
    protocol::rpc::route(*protocol::query::find_service("monitoring"), request);
  } catch (const ApiError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  route(bytes);
  Input input;
  try {
    input = read(bytes);
  } catch (const ApiError&) {
    return 0;
  }
  input.StartTime = input.EndTime = {};  // the last millisecond of all years is rounded up
  const std::string written = protocol::rpc::write_cbor(Input::kShape, &input);
  try {
    read(written);
  } catch (const ApiError&) {
    std::abort();
  }
  return 0;
}
