#include "protocol/messages.hpp"

#include "protocol/query/query_reader.hpp"
#include "protocol/query/query_reply.hpp"
#include "protocol/rest_json.hpp"
#include "protocol/rpc/rpc_messages.hpp"

namespace bedplate::protocol {

void read_input(const Route& route, const wire::Request& request, void* input) {
  if (route.encoding != Encoding::kModelled) {
    return rpc::read_input(*route.operation, route.encoding, request, input);
  }
  switch (route.operation->service->protocol) {
    case Protocol::kRestJson:
      return read_request(*route.operation, route.labels, request, input);
    case Protocol::kQuery:
      return query::read_input(*route.operation, route.parameters, input);
  }
}

wire::Response write_output(const OperationDescriptor& operation, const void* output,
                            std::string_view request_id, Encoding encoding) {
  if (encoding != Encoding::kModelled) return rpc::write_output(operation, encoding, output);
  if (operation.service->protocol == Protocol::kQuery) {
    return query::write_output(operation, output, request_id);
  }
  return write_response(operation, output);
}

}  // namespace bedplate::protocol
