// A blocking HTTP/2 client for tests: nghttp2's session over a RawSocket.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstring>
#include <map>

#include "wire/server_for_test.hpp"

namespace bedplate::wire {

struct Answer {
  std::string status;
  std::multimap<std::string, std::string> fields;
  std::string body;
  bool closed = false;
  std::uint32_t error_code = 0;

  std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
  }
};

using Fields = std::vector<std::pair<std::string, std::string>>;

/// A blocking HTTP/2 client.
class Http2Client {
 public:
  struct Options {
    bool auto_window = true;
    std::uint32_t initial_window_bytes = 65'535;
  };

  explicit Http2Client(TestServer& server) : Http2Client(server, Options()) {}
  Http2Client(TestServer& server, Options options) : socket_(server.port()) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, options.auto_window ? 0 : 1);
    nghttp2_session_client_new2(&session_, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry window{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE,
                                        options.initial_window_bytes};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &window, 1);
  }
  Http2Client(const Http2Client&) = delete;
  ~Http2Client() { nghttp2_session_del(session_); }

  /// Queues a request; `body` nullptr for none. `open`: the body does not end.
  std::int32_t ask(const std::string& method, const std::string& path, Fields extra = {},
                   const std::string* body = nullptr, bool open = false) {
    Fields fields{{":method", method}, {":scheme", "http"}, {":authority", "there"}};
    fields.emplace_back(":path", path);
    fields.insert(fields.end(), extra.begin(), extra.end());
    return ask_raw(fields, body, open);
  }

  std::int32_t ask_raw(const Fields& fields, const std::string* body = nullptr, bool open = false) {
    std::vector<nghttp2_nv> pairs;
    for (const auto& [name, value] : fields) {
      pairs.push_back({reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                       reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())),
                       name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    }
    nghttp2_data_provider provider{};
    provider.read_callback = read_body;
    const std::int32_t id = nghttp2_submit_request(session_, nullptr, pairs.data(), pairs.size(),
                                                   body ? &provider : nullptr, nullptr);
    if (body) bodies_[id] = {*body, 0, open};
    return id;
  }

  void send() {
    for (;;) {
      const std::uint8_t* bytes = nullptr;
      const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
      if (size <= 0) return;
      socket_.send({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)});
    }
  }
  /// Sends and receives until `done`, the connection's end or five seconds of silence.
  bool pump(const std::function<bool()>& done) {
    for (;;) {
      send();
      if (done()) return true;
      const std::string bytes = socket_.read_some();
      if (bytes.empty()) return done();
      nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                               bytes.size());
    }
  }
  const Answer& answer(std::int32_t id) {
    pump([&] { return answers_[id].closed; });
    return answers_[id];
  }
  Answer& so_far(std::int32_t id) { return answers_[id]; }
  /// The error code of the server's GOAWAY; -1 when none comes.
  int goaway() {
    pump([&] { return goaway_ >= 0; });
    return goaway_;
  }
  /// Waits for the server to close the connection.
  bool ended() {
    pump([&] { return closed(); });
    return closed();
  }
  bool closed() const { return socket_.at_end(); }
  void reset(std::int32_t id) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    send();
  }
  nghttp2_session* session() { return session_; }
  RawSocket& socket() { return socket_; }

 private:
  struct Body {
    std::string bytes;
    std::size_t sent = 0;
    bool open = false;
  };
  static Http2Client& self(void* user) { return *static_cast<Http2Client*>(user); }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t, void* user) {
    Answer& answer = self(user).answers_[frame->hd.stream_id];
    const std::string key(reinterpret_cast<const char*>(name), name_size);
    const std::string text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":status") answer.status += text;
    answer.fields.emplace(key, text);
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                     std::size_t size, void* user) {
    self(user).answers_[id].body.append(reinterpret_cast<const char*>(bytes), size);
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
    self(user).answers_[id].closed = true;
    self(user).answers_[id].error_code = code;
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      self(user).goaway_ = static_cast<int>(frame->goaway.error_code);
    }
    return 0;
  }
  static ssize_t read_body(nghttp2_session*, std::int32_t id, std::uint8_t* buffer,
                           std::size_t size, std::uint32_t* flags, nghttp2_data_source*,
                           void* user) {
    Body& body = self(user).bodies_[id];
    const std::size_t step = std::min(size, body.bytes.size() - body.sent);
    if (step == 0 && body.open) return NGHTTP2_ERR_DEFERRED;
    std::memcpy(buffer, body.bytes.data() + body.sent, step);
    body.sent += step;
    if (body.sent == body.bytes.size() && !body.open) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(step);
  }

  RawSocket socket_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Answer> answers_;
  std::map<std::int32_t, Body> bodies_;
  int goaway_ = -1;
};

}  // namespace bedplate::wire
