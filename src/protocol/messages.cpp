#include "protocol/messages.hpp"

#include "protocol/query/query_reader.hpp"
#include "protocol/query/query_reply.hpp"
#include "protocol/rest_json.hpp"

namespace bedplate::protocol {

void read_input(const Route& route, const wire::Request& request, void* input) {
  switch (route.operation->service->protocol) {
    case Protocol::kRestJson:
      return read_request(*route.operation, route.labels, request, input);
    case Protocol::kQuery:
      return query::read_input(*route.operation, route.parameters, input);
  }
}

wire::Response write_output(const OperationDescriptor& operation, const void* output,
                            std::string_view request_id) {
  if (operation.service->protocol == Protocol::kQuery) {
    return query::write_output(operation, output, request_id);
  }
  return write_response(operation, output);
}

}  // namespace bedplate::protocol
