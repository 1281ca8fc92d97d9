#include "operations/event_writer.hpp"

#include "protocol/event_stream.hpp"
#include "protocol/rest_json.hpp"

namespace bedplate::operations {

Task<> EventStream::start_untyped(const void* response) {
  wire::ResponseHead head = protocol::write_stream_head(operation_, response);
  add_response_headers(context_, head.headers);
  co_await writer_.start(std::move(head));
}

Task<> EventStream::send_untyped(const void* event) {
  co_await writer_.write(protocol::encode_event(operation_, event));
}

}  // namespace bedplate::operations
