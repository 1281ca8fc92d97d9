#include "operations/context.hpp"

namespace bedplate::operations {

void add_response_headers(const Context& context, wire::Headers& headers) {
  headers.add("x-amzn-RequestId", context.request_id);
  for (const auto& [name, value] : context.response_headers) headers.add(name, value);
}

}  // namespace bedplate::operations
