#include "wire/http1/exchange.hpp"

#include <stdexcept>

namespace bedplate::wire::http1 {

void Exchange::check_not_started() const {
  if (started_) throw std::logic_error("a response was begun twice");
}

Task<> Exchange::send(Response response) {
  check_not_started();
  if (connection_.draining() || !connection_.body_can_be_drained()) traits_.keep_alive = false;
  Framing framing;
  if (!is_bodiless(response.head.status)) {
    framing = {Framing::Kind::kLength, response.body.size()};
  }
  const std::string head = format_head(response.head, framing, traits_.keep_alive);
  started_ = true;
  const bool with_body = !traits_.head_method && framing.kind == Framing::Kind::kLength;
  Pieces pieces{head, with_body ? std::string_view(response.body) : std::string_view()};
  co_await connection_.send_all(pieces);
  finished_ = true;
}

Task<> Exchange::start(ResponseHead head) {
  check_not_started();
  // HTTP/1.0 knows no chunks: the end of the connection ends the body.
  if ((traits_.http10 && !head.content_length) || connection_.draining() ||
      !connection_.body_can_be_drained()) {
    traits_.keep_alive = false;
  }
  if (!is_bodiless(head.status)) {
    framing_.kind = head.content_length ? Framing::Kind::kLength
                    : traits_.http10    ? Framing::Kind::kUntilClose
                                        : Framing::Kind::kChunked;
    framing_.length_bytes = left_bytes_ = head.content_length.value_or(0);
  }
  held_head_ = format_head(head, framing_, traits_.keep_alive);
  started_ = true;
  if (traits_.head_method) framing_.kind = Framing::Kind::kNone;
  co_return;
}

Task<> Exchange::write(std::string bytes) {
  if (!started_ || finished_) throw std::logic_error("a body was written outside of a response");
  if (framing_.kind == Framing::Kind::kNone || bytes.empty()) co_return;
  count_body(bytes.size());
  const std::string head = std::exchange(held_head_, {});
  if (framing_.kind == Framing::Kind::kChunked) {
    const std::string size = fmt::format("{:x}\r\n", bytes.size());
    Pieces pieces{head, size, bytes, "\r\n"};
    co_await connection_.send_all(pieces);
  } else {
    Pieces pieces{head, bytes};
    co_await connection_.send_all(pieces);
  }
}

Task<> Exchange::finish(std::string last) {
  if (!started_ || finished_) throw std::logic_error("a response was ended twice or not begun");
  const std::string head = std::exchange(held_head_, {});
  const bool chunked = framing_.kind == Framing::Kind::kChunked;
  if (framing_.kind == Framing::Kind::kNone) last.clear();
  count_body(last.size());
  // The client must not take what came for the whole.
  if (left_bytes_ > 0 && framing_.kind == Framing::Kind::kLength) {
    throw std::logic_error("a response is shorter than it was said to be");
  }
  const std::string size = chunked && !last.empty() ? fmt::format("{:x}\r\n", last.size()) : "";
  const std::string_view end = !chunked ? "" : last.empty() ? "0\r\n\r\n" : "\r\n0\r\n\r\n";
  Pieces pieces{head, size, last, end};
  co_await connection_.send_all(pieces);
  finished_ = true;
}

void Exchange::count_body(std::size_t bytes) {
  if (framing_.kind != Framing::Kind::kLength) return;
  if (bytes > left_bytes_) throw std::logic_error("a response is longer than it was said to be");
  left_bytes_ -= bytes;
}

void Exchange::flush_head() {
  if (held_head_.empty()) return;
  ErrorCode ignored;  // a broken connection shows at the next write
  Pieces pieces{held_head_};
  const std::size_t written = connection_.transport_->try_write(pieces, ignored);
  held_head_.erase(0, written);
}

}  // namespace bedplate::wire::http1
