#include "operations/event_writer.hpp"

#include <utility>

#include "protocol/event_stream.hpp"
#include "protocol/rest_json.hpp"

namespace bedplate::operations {

Task<> EventStream::start_untyped(const void* response) {
  wire::ResponseHead head = protocol::write_stream_head(operation_, response);
  add_response_headers(context_, head.headers);
  co_await writer_.start(std::move(head));
}

void EventStream::hold_untyped(const void* event) {
  held_ += protocol::encode_event(operation_, event);
}

Task<> EventStream::send_untyped(const void* event) {
  hold_untyped(event);
  co_await writer_.write(std::exchange(held_, {}));
}

}  // namespace bedplate::operations
