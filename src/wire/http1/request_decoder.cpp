#include "wire/http1/request_decoder.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstring>

namespace bedplate::wire::http1 {
namespace {

namespace http = boost::beast::http;
using BeastError = boost::beast::error_code;

constexpr std::size_t kBufferSizeBytes = 4 * 1024;
constexpr std::size_t kChunkBufferMaxBytes = 16 * 1024;  // bounds one chunk's header, trailers too
constexpr std::size_t kLastChunkBytes = 5;
constexpr std::size_t kBodyStepBytes = 64 * 1024;
constexpr std::size_t kStreamBufferBytes = 128 * 1024;  // chunks of a streamed body

ApiError fatal(ApiError error) {
  error.close_connection = true;
  return error;
}

ApiError bad(const std::string& what) {
  return fatal(errors::bad_request(what));
}

ApiError too_large(std::uint64_t limit_bytes) {
  return fatal(errors::request_entity_too_large(
      fmt::format("The request body is longer than {} bytes.", limit_bytes)));
}

// Every control character but tab; the line ends are looked at separately.
bool is_forbidden(unsigned char c) {
  return (c < 0x20 && c != '\t') || c == 0x7f;
}

}  // namespace

struct RequestDecoder::Parser : http::request_parser<http::empty_body> {
  using Text = boost::beast::string_view;

  explicit Parser(std::string& body) : body(body) {
    on_chunk_header(begin_chunk);
    on_chunk_body(take_piece);
  }

  std::function<void(std::uint64_t, Text, BeastError&)> begin_chunk =
      [this](std::uint64_t size, Text, BeastError&) { chunk_left_bytes = size; };
  std::function<std::size_t(std::uint64_t, Text, BeastError&)> take_piece =
      [this](std::uint64_t, Text piece, BeastError&) {
        body.append(piece.data(), piece.size());
        chunk_left_bytes -= piece.size();
        return piece.size();
      };
  std::string& body;
  std::uint64_t chunk_left_bytes = 0;
};

RequestDecoder::RequestDecoder(const Limits& limits, StreamsBody streams_body)
    : header_bytes_max_(limits.header_bytes_max),
      body_bytes_max_(limits.body_bytes_max),
      streamed_body_bytes_max_(limits.streamed_body_bytes_max),
      streams_body_(std::move(streams_body)) {}

RequestDecoder::~RequestDecoder() = default;

bool RequestDecoder::take_expectation() {
  const bool awaits_body = state_ == State::kBody || state_ == State::kStream;
  return std::exchange(expectation_, false) && awaits_body && body_filled_ == 0 && begin_ == end_;
}

void RequestDecoder::release_buffer() {
  if (begin_ != end_) return;
  buffer_.reset();
  capacity_ = begin_ = end_ = 0;
}

boost::asio::mutable_buffer RequestDecoder::prepare() {
  if (reads_to_length()) {
    if (body_.size() == body_filled_) {
      // Grows with what has come, not with what was announced.
      std::uint64_t step = std::max(body_filled_, kBodyStepBytes);
      if (streamed_) step = std::min(step, kBodyPieceBytesMax - std::uint64_t{body_filled_});
      body_.resize(body_filled_ + std::min(*left_, step));
    }
    return {body_.data() + body_filled_, body_.size() - body_filled_};
  }
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const std::size_t capacity_min = state_ == State::kStream ? kStreamBufferBytes : kBufferSizeBytes;
  if (end_ == capacity_ || capacity_ < capacity_min) {
    capacity_ = std::max(end_ == capacity_ ? capacity_ * 2 : capacity_, capacity_min);
    std::unique_ptr<char[]> larger(new char[capacity_]);
    if (end_ > 0) std::memcpy(larger.get(), buffer_.get(), end_);
    buffer_ = std::move(larger);
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

void RequestDecoder::commit(std::size_t bytes) {
  if (reads_to_length()) {
    body_filled_ += bytes;
    *left_ -= bytes;
    if (*left_ == 0) finish();
    return;
  }
  end_ += bytes;
  advance();
}

void RequestDecoder::advance() {
  if (state_ == State::kHead && find_head_end()) read_head();
  const bool in_body = state_ == State::kBody || state_ == State::kStream;
  if (in_body && !left_) read_chunks();
}

std::string RequestDecoder::take_piece() {
  body_.resize(body_filled_);
  body_filled_ = 0;
  return std::exchange(body_, {});
}

// Checks each byte once, so that the verdict does not depend on how the bytes were cut up.
bool RequestDecoder::find_head_end() {
  if (scanned_ == 0 && !skipped_empty_line_) {
    if (unread() == "\r") return false;
    if (unread().starts_with("\r\n")) {  // RFC 9112, 2.2: one empty line is forgiven
      begin_ += 2;
      skipped_empty_line_ = true;
    }
  }
  const std::string_view head = unread();
  for (; scanned_ < head.size(); ++scanned_) {
    if (scanned_ >= header_bytes_max_) {
      throw fatal(errors::request_header_too_large(
          fmt::format("The request header is longer than {} bytes.", header_bytes_max_)));
    }
    const char c = head[scanned_];
    const char before = scanned_ > 0 ? head[scanned_ - 1] : '\0';
    if (c == '\n') {
      if (before != '\r') throw bad("A line of the request header does not end with CR LF.");
      if (scanned_ >= 3 && head[scanned_ - 2] == '\n') {
        ++scanned_;
        return true;
      }
    } else if (before == '\r') {
      throw bad("A line of the request header does not end with CR LF.");
    } else if (before == '\n' && (c == ' ' || c == '\t')) {
      throw bad("Folded header lines are not supported.");
    } else if (c != '\r' && is_forbidden(static_cast<unsigned char>(c))) {
      throw bad("The request header contains a control character.");
    }
  }
  return false;
}

void RequestDecoder::read_head() {
  parser_ = std::make_unique<Parser>(body_);
  parser_->header_limit(static_cast<std::uint32_t>(header_bytes_max_));
  body_limit_bytes_ = body_bytes_max_;  // the larger of the two until it is known which one counts
  if (streams_body_) body_limit_bytes_ = std::max(body_limit_bytes_, streamed_body_bytes_max_);
  parser_->body_limit(body_limit_bytes_);
  BeastError error;
  const std::size_t used =
      parser_->put(boost::asio::buffer(buffer_.get() + begin_, scanned_), error);
  if (error == http::error::body_limit) {
    request_.target = std::string(parser_->get().target());  // the refusal is worded by it
    throw too_large(body_limit_bytes_);
  }
  if (error) throw bad("The request is not valid HTTP: " + error.message() + ".");
  begin_ += used;
  scanned_ = 0;
  skipped_empty_line_ = false;

  const auto& message = parser_->get();
  http10_ = message.version() == 10;
  keep_alive_ = parser_->keep_alive();
  request_ = Request{};
  request_.method = std::string(message.method_string());
  request_.target = std::string(message.target());
  for (const auto& field : message) {
    request_.headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  begin_body();
}

namespace {

std::size_t count(const Headers& headers, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(
      headers.begin(), headers.end(),
      [name](const Headers::Field& field) { return equal_ignoring_case(field.first, name); }));
}

void check_fields(const Request& request, bool http10) {
  const Headers& headers = request.headers;
  const std::size_t hosts = count(headers, "host");
  if (hosts > 1 || (hosts == 0 && !http10)) throw bad("The request must have one Host header.");
  if (count(headers, "content-length") > 1)
    throw bad("The request has two Content-Length headers.");
  if (const std::string* encoding = headers.find("transfer-encoding")) {
    if (http10 || count(headers, "transfer-encoding") > 1 ||
        !equal_ignoring_case(*encoding, "chunked")) {
      throw bad("The Transfer-Encoding is not supported.");
    }
    if (headers.find("content-length")) {
      throw bad("The request has both Content-Length and Transfer-Encoding.");
    }
  }
}

// RFC 9112, 3.2.2: a server must understand `GET http://host/path`, too.
void accept_absolute_form(Request& request) {
  std::string& target = request.target;
  if (!target.empty() && target[0] == '/') return;
  if (target == "*" && request.method == "OPTIONS") return;
  for (std::string_view scheme : {"http://", "https://"}) {
    if (target.size() <= scheme.size() ||
        !equal_ignoring_case(std::string_view(target).substr(0, scheme.size()), scheme)) {
      continue;
    }
    const std::size_t path = target.find_first_of("/?", scheme.size());
    std::string rest = path == std::string::npos ? "/" : target.substr(path);
    if (rest[0] == '?') rest.insert(0, 1, '/');
    target = std::move(rest);
    return;
  }
  throw bad("The request target is not a path.");
}

}  // namespace

void RequestDecoder::begin_body() {
  check_fields(request_, http10_);
  accept_absolute_form(request_);
  expectation_ = !http10_ && equal_ignoring_case(request_.headers.get("expect"), "100-continue");
  body_.clear();
  body_filled_ = 0;
  left_.reset();
  if (parser_->is_done()) {
    finish();
    return;
  }
  streamed_ = streams_body_ && streams_body_(request_);
  state_ = streamed_ ? State::kStream : State::kBody;
  body_limit_bytes_ = streamed_ ? streamed_body_bytes_max_ : body_bytes_max_;
  if (parser_->chunked()) {
    parser_->body_limit(body_limit_bytes_);
    return;
  }
  left_ = *parser_->content_length();
  if (*left_ > body_limit_bytes_) throw too_large(body_limit_bytes_);
  parser_.reset();
  const std::size_t here = static_cast<std::size_t>(std::min<std::uint64_t>(*left_, end_ - begin_));
  body_.assign(buffer_.get() + begin_, here);
  begin_ += here;
  body_filled_ = here;
  *left_ -= here;
  if (*left_ == 0) {
    finish();
  } else {
    release_buffer();
  }
}

void RequestDecoder::read_chunks() {
  while (!parser_->is_done() && begin_ < end_) {
    // Beast's assertion: it looks at the last chunk's line with all of "0 CR LF CR LF" only.
    if (parser_->chunk_left_bytes == 0 && end_ - begin_ < kLastChunkBytes) return;
    BeastError error;
    const std::size_t used =
        parser_->put(boost::asio::buffer(buffer_.get() + begin_, end_ - begin_), error);
    begin_ += used;
    body_filled_ = body_.size();
    if (error == http::error::need_more) {
      if (end_ - begin_ >= kChunkBufferMaxBytes) throw bad("A chunk's header is too long.");
      return;
    }
    if (error == http::error::body_limit) throw too_large(body_limit_bytes_);
    if (error) throw bad("The request body is not valid: " + error.message() + ".");
  }
  if (parser_->is_done()) finish();
}

void RequestDecoder::finish() {
  parser_.reset();
  left_.reset();
  if (!streamed_) request_.body = std::exchange(body_, {});
  state_ = State::kDone;
}

void RequestDecoder::next() {
  body_.clear();
  body_filled_ = 0;
  streamed_ = false;
  state_ = State::kHead;
  advance();
}

}  // namespace bedplate::wire::http1
