#include "wire/http2/session.hpp"

#include <nghttp2/nghttp2.h>

#include <charconv>

#include "wire/http1/response_head.hpp"
#include "wire/http2/stream.hpp"

namespace bedplate::wire::http2 {
namespace {

// A small body comes without asking for more room. Beyond that a stream needs a reservation, so
// that a hundred streams cannot make us hold a hundred bodies of the maximal size.
constexpr std::int32_t kInitialWindowBytes = 256 * 1024;
constexpr std::int32_t kReservedWindowBytes = 1024 * 1024;
constexpr std::int32_t kConnectionWindowBytes = 4 * 1024 * 1024;
constexpr std::size_t kReservedBodiesMax = 2;    // of the maximal size, per connection
constexpr std::size_t kFieldOverheadBytes = 32;  // RFC 9113, 6.5.2

// Opening and resetting streams ("rapid reset", CVE-2023-44487), also when it is us who resets
// because of what the client sent (CVE-2025-8671).
constexpr double kResetsBurst = 256, kResetsPerSecond = 64;
// PING, SETTINGS, PRIORITY, empty DATA.
constexpr double kCheapFramesBurst = 1024, kCheapFramesPerSecond = 128;

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return result;
}

ApiError too_large(std::uint64_t limit_bytes) {
  return errors::request_entity_too_large(
      fmt::format("The request body is longer than {} bytes.", limit_bytes));
}

// RFC 9113, 8.2.2: not in HTTP/2.
bool is_connection_specific(std::string_view lower_name) {
  return lower_name == "connection" || lower_name == "keep-alive" ||
         lower_name == "proxy-connection" || lower_name == "transfer-encoding" ||
         lower_name == "upgrade";
}

}  // namespace

Session::Session(const Limits& limits, StreamsBody streams_body)
    : limits_(limits),
      streams_body_(std::move(streams_body)),
      resets_(kResetsBurst, kResetsPerSecond),
      cheap_frames_(kCheapFramesBurst, kCheapFramesPerSecond) {
  if (nghttp2_session_server_new2(&session_, Callbacks::table(), this, Callbacks::options()) != 0) {
    throw std::bad_alloc();
  }
  now_ = SteadyClock::now();
  header_since_ = now_;
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.http2_streams_max},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kInitialWindowBytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.header_bytes_max)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindowBytes);
}

Session::~Session() {
  nghttp2_session_del(session_);
}

Session::Stream* Session::find(StreamId id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

bool Session::feed(std::string_view bytes, SteadyClock::time_point now) {
  now_ = now;
  const ssize_t used = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return used == static_cast<ssize_t>(bytes.size());
}

std::string_view Session::next_output() {
  const std::uint8_t* bytes = nullptr;
  const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
  if (size <= 0) return {};
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

bool Session::over() const {
  return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0;
}

void Session::on_header(Stream& stream, std::string_view name, std::string_view value) {
  stream.header_bytes += name.size() + value.size() + kFieldOverheadBytes;
  if (stream.header_bytes > limits_.header_bytes_max) {
    stream.header_too_large = true;
    stream.request.headers = {};
    return;
  }
  if (name == ":method") {
    stream.request.method = value;
  } else if (name == ":path") {
    stream.request.target = value;
  } else if (name == ":authority") {
    stream.request.headers.add("host", std::string(value));
    stream.authority = value;
  } else if (name == "host" && !stream.authority.empty()) {
    // RFC 9113, 8.3.1: the two are the same, and :authority is the one that counts.
  } else if (!name.starts_with(':')) {
    if (name == "content-length") {
      std::size_t length = 0;
      std::from_chars(value.data(), value.data() + value.size(), length);  // nghttp2 checked it
      stream.content_length = length;
    }
    stream.request.headers.add(std::string(name), std::string(value));
  }
}

void Session::on_header_end(StreamId id, Stream& stream, bool body_follows) {
  stream.header_done = true;
  stream.head_method = stream.request.method == "HEAD";
  stream.progress = now_;
  stream.streamed = body_follows && !stream.header_too_large && streams_body_ &&
                    stream.request.method != "CONNECT" && streams_body_(stream.request);
  if (stream.header_too_large) {
    refuse(id, stream,
           errors::request_header_too_large(fmt::format(
               "The request header is longer than {} bytes.", limits_.header_bytes_max)));
  } else if (stream.request.method == "CONNECT") {
    refuse(id, stream, errors::bad_request("This server is no proxy."));
  } else if (stream.content_length.value_or(0) > body_limit_bytes(stream)) {
    refuse(id, stream, too_large(body_limit_bytes(stream)));
  } else {
    stream.expects =
        body_follows && equal_ignoring_case(stream.request.headers.get("expect"), "100-continue");
    if (stream.streamed) {
      events_.push_back({Event::Kind::kRequest, id});
    } else {
      continue_body(id);
    }
  }
}

void Session::continue_body(StreamId id) {
  Stream* stream = find(id);
  if (!stream || !std::exchange(stream->expects, false)) return;
  nghttp2_nv status{};
  status.name = reinterpret_cast<std::uint8_t*>(const_cast<char*>(":status"));
  status.namelen = 7;
  status.value = reinterpret_cast<std::uint8_t*>(const_cast<char*>("100"));
  status.valuelen = 3;
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, id, nullptr, &status, 1, nullptr);
}

std::uint64_t Session::body_limit_bytes(const Stream& stream) const {
  return stream.streamed ? limits_.streamed_body_bytes_max : limits_.body_bytes_max;
}

void Session::on_body(StreamId id, Stream& stream, std::string_view bytes) {
  stream.progress = now_;
  if (stream.refused) {
    nghttp2_session_consume_stream(session_, id, bytes.size());
    return;
  }
  if (stream.streamed) {
    stream_body(id, stream, bytes);
    return;
  }
  if (stream.request.body.size() + bytes.size() > limits_.body_bytes_max) {
    refuse(id, stream, too_large(limits_.body_bytes_max));
    return;
  }
  stream.request.body += bytes;
  stream.body_bytes += bytes.size();
  body_bytes_ += bytes.size();
  stream.unconsumed_bytes += bytes.size();
  if (stream.reserved_bytes > 0) {
    nghttp2_session_consume_stream(session_, id, std::exchange(stream.unconsumed_bytes, 0));
  } else if (stream.unconsumed_bytes >= kInitialWindowBytes / 2) {
    try_reserve(id, stream);
  }
}

// First come, first served; a stream that must wait just gets no more window.
void Session::try_reserve(StreamId id, Stream& stream) {
  const std::size_t budget = kReservedBodiesMax * limits_.body_bytes_max;
  const std::size_t wanted =
      std::max<std::size_t>(1, stream.content_length.value_or(limits_.body_bytes_max));
  if (reserved_bytes_ + wanted > budget) return;
  reserved_bytes_ += wanted;
  stream.reserved_bytes = wanted;
  stream.progress = now_;
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, id, kReservedWindowBytes);
  nghttp2_session_consume_stream(session_, id, std::exchange(stream.unconsumed_bytes, 0));
}

void Session::release(Stream& stream) {
  body_bytes_ -= std::exchange(stream.body_bytes, 0);
  if (stream.reserved_bytes == 0) return;
  reserved_bytes_ -= std::exchange(stream.reserved_bytes, 0);
  for (auto& [id, other] : streams_) {
    if (other->unconsumed_bytes >= kInitialWindowBytes / 2 && other->reserved_bytes == 0 &&
        !other->request_done && !other->refused) {
      try_reserve(id, *other);
    }
  }
}

// What is not taken keeps its window: the client stops when that is used up.
void Session::stream_body(StreamId id, Stream& stream, std::string_view bytes) {
  stream.streamed_bytes += bytes.size();
  stream.expects = false;
  if (!stream.body_error && stream.streamed_bytes > limits_.streamed_body_bytes_max) {
    fail_body(id, stream, too_large(limits_.streamed_body_bytes_max));
  }
  if (stream.body_error) {
    nghttp2_session_consume_stream(session_, id, bytes.size());
    return;
  }
  stream.incoming += bytes;
  stream.body_bytes += bytes.size();
  body_bytes_ += bytes.size();
  events_.push_back({Event::Kind::kBody, id});
}

void Session::fail_body(StreamId id, Stream& stream, ApiError error) {
  stream.body_error = std::move(error);
  body_bytes_ -= std::exchange(stream.body_bytes, 0);
  nghttp2_session_consume_stream(session_, id, std::exchange(stream.incoming, {}).size());
  events_.push_back({Event::Kind::kBody, id});
}

bool Session::streamed(StreamId id) const {
  const Stream* stream = find(id);
  return stream && stream->streamed;
}

std::string Session::take_body(StreamId id) {
  Stream* stream = find(id);
  if (!stream) throw boost::system::system_error(boost::asio::error::connection_reset);
  if (stream->body_error) throw ApiError(*stream->body_error);
  body_bytes_ -= std::exchange(stream->body_bytes, 0);
  std::string piece = std::exchange(stream->incoming, {});
  if (!piece.empty()) nghttp2_session_consume_stream(session_, id, piece.size());
  return piece;
}

bool Session::body_ended(StreamId id) const {
  const Stream* stream = find(id);
  return stream && stream->request_done;
}

void Session::on_request_end(StreamId id, Stream& stream) {
  stream.request_done = true;
  if (stream.streamed) {
    events_.push_back({Event::Kind::kBody, id});
    return;
  }
  if (!stream.refused) events_.push_back({Event::Kind::kRequest, id});
}

void Session::on_closed(StreamId id, std::uint32_t error_code) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  const std::unique_ptr<Stream> stream = std::move(found->second);
  streams_.erase(found);
  const bool ended = stream->responded && stream->out_end && stream->out.empty();
  release(*stream);
  events_.push_back(
      {Event::Kind::kClosed, id, std::nullopt, error_code != NGHTTP2_NO_ERROR || !ended});
}

void Session::refuse(StreamId id, Stream& stream, ApiError error) {
  stream.refused = true;
  stream.request.body = {};
  nghttp2_session_consume_stream(session_, id, std::exchange(stream.unconsumed_bytes, 0));
  release(stream);
  events_.push_back({Event::Kind::kRefuse, id, std::move(error)});
}

Request Session::take_request(StreamId id) {
  Stream* stream = find(id);
  return stream ? std::move(stream->request) : Request{};
}

std::string_view Session::target_of(StreamId id) const {
  const Stream* stream = find(id);
  return stream ? std::string_view(stream->request.target) : std::string_view();
}

void Session::submit(StreamId id, Stream& stream, const ResponseHead& head,
                     std::optional<std::uint64_t> length) {
  check_response_fields(head.headers);
  std::vector<std::pair<std::string, std::string>> fields;
  fields.emplace_back(":status", std::to_string(head.status));
  fields.emplace_back("date", std::string(current_http_date()));
  for (const auto& [name, value] : head.headers) {
    std::string lower = lower_case(name);
    if (!is_connection_specific(lower)) fields.emplace_back(std::move(lower), value);
  }
  const bool bodiless = http1::is_bodiless(head.status);
  if (length && !bodiless) fields.emplace_back("content-length", std::to_string(*length));
  if (bodiless || stream.head_method) {
    stream.out.clear();
    stream.out_end = true;
  }
  std::vector<nghttp2_nv> pairs;
  for (const auto& [name, value] : fields) {
    pairs.push_back({reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                     reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
                     value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  nghttp2_data_provider body{};
  body.read_callback = Callbacks::read_body;
  const bool no_body = stream.out_end && stream.out.empty();
  stream.responded = true;
  nghttp2_submit_response(session_, id, pairs.data(), pairs.size(), no_body ? nullptr : &body);
}

void Session::respond(StreamId id, const ResponseHead& head, std::string body) {
  Stream* stream = find(id);
  if (!stream) return;
  stream->out = std::move(body);
  stream->out_end = true;
  submit(id, *stream, head, stream->out.size());
}

void Session::start(StreamId id, const ResponseHead& head) {
  if (Stream* stream = find(id)) submit(id, *stream, head, head.content_length);
}

bool Session::takes_body(StreamId id) const {
  const Stream* stream = find(id);
  return stream && !stream->out_end;
}

void Session::write(StreamId id, std::string bytes, bool end) {
  Stream* stream = find(id);
  if (!stream || stream->out_end) return;
  if (stream->out.empty()) {
    stream->out = std::move(bytes);
  } else {
    stream->out += bytes;
  }
  stream->out_end = end;
  if (std::exchange(stream->deferred, false)) nghttp2_session_resume_data(session_, id);
}

bool Session::taken(StreamId id) const {
  const Stream* stream = find(id);
  return !stream || stream->out.empty();
}

std::uint64_t Session::bytes_taken(StreamId id) const {
  const Stream* stream = find(id);
  return stream ? stream->total_taken : 0;
}

void Session::reset(StreamId id) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_INTERNAL_ERROR);
}

void Session::go_away() {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                        nullptr, 0);
}

void Session::expire(SteadyClock::time_point before) {
  for (auto& [id, stream] : streams_) {
    const bool waits_for_us =
        stream->reserved_bytes == 0 && stream->unconsumed_bytes >= kInitialWindowBytes / 2;
    if (stream->header_done && !stream->request_done && !stream->refused && !waits_for_us &&
        !stream->streamed && stream->progress < before) {
      refuse(id, *stream, errors::request_timeout("The request body did not arrive in time."));
    }
  }
}

void Session::refuse_bodies(const ApiError& error) {
  for (auto& [id, stream] : streams_) {
    if (stream->body_bytes == 0 || stream->request_done || stream->refused) continue;
    if (stream->streamed) {
      fail_body(id, *stream, error);
    } else {
      refuse(id, *stream, error);
    }
  }
}

void Session::count_cheap_frame() {
  if (!cheap_frames_.take(now_)) calm_down();
}

void Session::count_reset() {
  if (!resets_.take(now_)) calm_down();
}

void Session::calm_down() {
  nghttp2_session_terminate_session(session_, NGHTTP2_ENHANCE_YOUR_CALM);
}

}  // namespace bedplate::wire::http2
