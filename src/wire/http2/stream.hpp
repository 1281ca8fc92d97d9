// What a session knows of one stream. For session*.cpp only.
#pragma once

#include <nghttp2/nghttp2.h>

#include "wire/http2/session.hpp"

namespace bedplate::wire::http2 {

struct Session::Stream {
  Request request;
  std::string authority;
  std::size_t header_bytes = 0;
  std::optional<std::size_t> content_length;
  bool header_done = false;
  bool header_too_large = false;
  bool request_done = false;
  bool refused = false;  // what still comes of the body is thrown away
  SteadyClock::time_point progress;

  bool streamed = false;
  bool expects = false;                // 100 Continue, when the body is wanted
  std::string incoming;                // of a streamed body, not taken yet
  std::uint64_t streamed_bytes = 0;    // of the body, in all
  std::optional<ApiError> body_error;  // that ends a streamed body

  std::size_t body_bytes = 0;
  std::size_t reserved_bytes = 0;
  std::size_t unconsumed_bytes = 0;  // received, window not given back

  bool head_method = false;
  bool responded = false;
  bool deferred = false;  // nghttp2 waits for us to have more
  std::string out;
  std::size_t out_taken = 0;
  bool out_end = false;
  std::uint64_t total_taken = 0;
};

/// What nghttp2 calls while it reads and writes.
struct Session::Callbacks {
  static nghttp2_session_callbacks* table();
  static nghttp2_option* options();
  static ssize_t read_body(nghttp2_session*, StreamId id, std::uint8_t* buffer, std::size_t size,
                           std::uint32_t* flags, nghttp2_data_source*, void* user);

 private:
  static Session& self(void* user) { return *static_cast<Session*>(user); }
  static int begin_frame(nghttp2_session*, const nghttp2_frame_hd* head, void* user);
  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t, void* user);
  static int frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int data(nghttp2_session* session, std::uint8_t, StreamId id, const std::uint8_t* bytes,
                  std::size_t size, void* user);
  static int frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void* user);
  static int closed(nghttp2_session*, StreamId id, std::uint32_t error_code, void* user);
};

}  // namespace bedplate::wire::http2
