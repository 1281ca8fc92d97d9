// How nghttp2's callbacks become what Session does.
#include <cstring>

#include "wire/http2/stream.hpp"

namespace bedplate::wire::http2 {
namespace {

constexpr std::size_t kAcknowledgementsMax = 256;

std::string_view view(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

int Session::Callbacks::begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  if (frame->hd.type != NGHTTP2_HEADERS) return 0;
  Session& session = self(user);
  session.header_since_ = session.now_;
  if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
    auto stream = std::make_unique<Stream>();
    stream->request.http_major = 2;
    stream->progress = session.now_;
    session.streams_[frame->hd.stream_id] = std::move(stream);
  }
  return 0;
}

int Session::Callbacks::begin_frame(nghttp2_session*, const nghttp2_frame_hd* head, void* user) {
  // nghttp2 skips these without a further word.
  if (head->type == NGHTTP2_PRIORITY) self(user).count_cheap_frame();
  return 0;
}

int Session::Callbacks::header(nghttp2_session*, const nghttp2_frame* frame,
                               const std::uint8_t* name, std::size_t name_size,
                               const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                               void* user) {
  Stream* stream = self(user).find(frame->hd.stream_id);
  if (stream && !stream->header_done) {  // trailers are left out
    self(user).on_header(*stream, view(name, name_size), view(value, value_size));
  }
  return 0;
}

int Session::Callbacks::frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  Session& session = self(user);
  const StreamId id = frame->hd.stream_id;
  const bool end = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  Stream* stream = session.find(id);
  switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
      session.header_since_.reset();
      if (stream && !stream->header_done) session.on_header_end(id, *stream, !end);
      if (stream && end) session.on_request_end(id, *stream);
      break;
    case NGHTTP2_DATA:
      if (stream && end) session.on_request_end(id, *stream);
      if (frame->hd.length == 0 && !end) session.count_cheap_frame();
      break;
    case NGHTTP2_RST_STREAM:
      session.count_reset();
      break;
    case NGHTTP2_SETTINGS:
      session.header_since_.reset();
      session.count_cheap_frame();
      break;
    case NGHTTP2_PING:
      session.count_cheap_frame();
      break;
    default:
      break;
  }
  return 0;
}

int Session::Callbacks::data(nghttp2_session* session, std::uint8_t, StreamId id,
                             const std::uint8_t* bytes, std::size_t size, void* user) {
  nghttp2_session_consume_connection(session, size);
  Stream* stream = self(user).find(id);
  if (stream) self(user).on_body(id, *stream, view(bytes, size));
  return 0;
}

int Session::Callbacks::frame_sent(nghttp2_session* session, const nghttp2_frame* frame,
                                   void* user) {
  const StreamId id = frame->hd.stream_id;
  if (frame->hd.type == NGHTTP2_RST_STREAM) {
    const std::uint32_t code = frame->rst_stream.error_code;
    if (code != NGHTTP2_NO_ERROR && code != NGHTTP2_INTERNAL_ERROR && code != NGHTTP2_CANCEL) {
      self(user).count_reset();
    }
    return 0;
  }
  const bool can_end = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
  if (!can_end || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
  const Stream* stream = self(user).find(id);
  if (stream && !stream->request_done) {
    // Answered before the request was complete: RFC 9113, 8.1, asks for this.
    nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
  }
  return 0;
}

int Session::Callbacks::closed(nghttp2_session*, StreamId id, std::uint32_t error_code,
                               void* user) {
  self(user).on_closed(id, error_code);
  return 0;
}

ssize_t Session::Callbacks::read_body(nghttp2_session*, StreamId id, std::uint8_t* buffer,
                                      std::size_t size, std::uint32_t* flags, nghttp2_data_source*,
                                      void* user) {
  Stream* stream = self(user).find(id);
  if (!stream) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  const std::size_t step = std::min(size, stream->out.size() - stream->out_taken);
  std::memcpy(buffer, stream->out.data() + stream->out_taken, step);
  stream->out_taken += step;
  stream->total_taken += step;
  if (stream->out_taken == stream->out.size()) {
    stream->out.clear();
    stream->out_taken = 0;
    if (stream->out_end) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
    } else if (step == 0) {
      stream->deferred = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    self(user).events_.push_back({Event::Kind::kTaken, id});
  }
  return static_cast<ssize_t>(step);
}

nghttp2_session_callbacks* Session::Callbacks::table() {
  static nghttp2_session_callbacks* const callbacks = [] {
    nghttp2_session_callbacks* made = nullptr;
    if (nghttp2_session_callbacks_new(&made) != 0) throw std::bad_alloc();
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, begin_headers);
    nghttp2_session_callbacks_set_on_begin_frame_callback(made, begin_frame);
    nghttp2_session_callbacks_set_on_header_callback(made, header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, frame_received);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, data);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, frame_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, closed);
    return made;
  }();
  return callbacks;
}

nghttp2_option* Session::Callbacks::options() {
  static nghttp2_option* const options = [] {
    nghttp2_option* made = nullptr;
    if (nghttp2_option_new(&made) != 0) throw std::bad_alloc();
    nghttp2_option_set_no_auto_window_update(made, 1);
    nghttp2_option_set_max_outbound_ack(made, kAcknowledgementsMax);
    nghttp2_option_set_no_closed_streams(made, 1);
    return made;
  }();
  return options;
}

}  // namespace bedplate::wire::http2
