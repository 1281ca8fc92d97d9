// Bytes of an HTTP/1 connection in, requests out. Knows no socket, so that tests and the fuzz
// target feed it directly.
#pragma once

#include <boost/asio/buffer.hpp>
#include <memory>
#include <optional>

#include "wire/http.hpp"
#include "wire/server.hpp"

namespace bedplate::wire::http1 {

/// Read bytes into prepare(), tell commit() how many, look at state(). Beast parses the header and
/// the chunks; what Beast lets pass and proxies disagree about (line folding, bare line ends, both
/// length and encoding, several hosts) is refused here.
class RequestDecoder {
 public:
  enum class State {
    kHead,    ///< the header is not complete
    kBody,    ///< the header is, the body is not
    kStream,  ///< take() has the request; its body is to be taken in pieces
    kDone,    ///< take() has the request, or the last piece has come
  };

  explicit RequestDecoder(const Limits& limits, StreamsBody streams_body = {});
  ~RequestDecoder();

  State state() const { return state_; }
  /// No byte of the next request has come.
  bool idle() const { return state_ == State::kHead && begin_ == end_; }
  /// The client waits for 100 Continue and has sent nothing of the body. True once.
  bool take_expectation();

  /// Where the next bytes belong; never empty. Not to be called when done.
  boost::asio::mutable_buffer prepare();
  /// Throws ApiError (400, 413, 431) when the bytes are no acceptable request; nothing of the
  /// connection can be understood after that.
  void commit(std::size_t bytes);

  /// The request, once done or to be streamed.
  Request take() { return std::exchange(request_, {}); }

  /// The body is, or was, taken in pieces.
  bool streamed() const { return streamed_; }
  /// What has come of a streamed body and was not taken yet; empty when there is nothing.
  std::string take_piece();
  std::size_t piece_bytes() const { return body_filled_; }
  /// take_piece() first: there is no room for more.
  bool piece_full() const { return body_filled_ >= kBodyPieceBytesMax; }
  /// What is still to come of a streamed body; nothing when it is sent in chunks.
  std::optional<std::uint64_t> left_bytes() const { return left_; }
  /// The client waits for 100 Continue before it sends any of the body.
  bool expects() const { return expectation_; }
  /// Goes on with the bytes that came behind the request, which may complete the next one at once,
  /// or throw like commit().
  void next();

  /// Of the request in hand: the connection may carry another one.
  bool keep_alive() const { return keep_alive_; }
  bool is_http10() const { return http10_; }

  /// The request's path and query; empty until its header has been read.
  std::string_view target() const { return request_.target; }
  /// What the request's body takes at the moment.
  std::size_t body_bytes() const { return std::max(body_.size(), body_filled_); }

  /// Frees the buffer of an idle connection.
  void release_buffer();
  /// What has come and is not decoded yet.
  std::string_view unread() const { return {buffer_.get() + begin_, end_ - begin_}; }

 private:
  struct Parser;  // holds Beast

  void advance();
  void read_head();
  bool find_head_end();
  void begin_body();
  void read_chunks();
  void finish();

  bool reads_to_length() const {
    return (state_ == State::kBody || state_ == State::kStream) && left_;
  }

  std::size_t header_bytes_max_;
  std::size_t body_bytes_max_;
  std::uint64_t streamed_body_bytes_max_;
  std::uint64_t body_limit_bytes_ = 0;  ///< of the request in hand
  StreamsBody streams_body_;
  State state_ = State::kHead;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
  std::size_t scanned_ = 0;  ///< bytes of the header that were checked, from begin_ on
  bool skipped_empty_line_ = false;
  std::unique_ptr<Parser> parser_;
  /// What is still to come of the body; nothing when it is chunked.
  std::optional<std::uint64_t> left_;
  std::string body_;  ///< the whole, or the piece in hand
  std::size_t body_filled_ = 0;
  bool streamed_ = false;
  bool expectation_ = false;
  bool keep_alive_ = true;
  bool http10_ = false;
  Request request_;
};

}  // namespace bedplate::wire::http1
