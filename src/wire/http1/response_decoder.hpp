// Bytes of an HTTP/1 response in, its head and body out. Knows no socket.
#pragma once

#include <boost/asio/buffer.hpp>
#include <memory>
#include <optional>
#include <stdexcept>

#include "wire/http.hpp"

namespace bedplate::wire::http1 {

/// Not an acceptable response; nothing of the connection can be understood after it.
struct MalformedResponse : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Read bytes into prepare(), tell commit() how many; after the head, next_piece() until it has
/// nothing, then read again.
class ResponseDecoder {
 public:
  /// `header_bytes_max`: of the head, and of the lines around a chunk. `to_head_request`: the
  /// response has no body whatever its fields say.
  ResponseDecoder(std::size_t header_bytes_max, bool to_head_request);
  ~ResponseDecoder();

  /// Where the next bytes belong; never empty. Ends the life of the last piece.
  boost::asio::mutable_buffer prepare();
  /// Throws MalformedResponse, as the next two do.
  void commit(std::size_t bytes);
  /// The peer has ended its side, which ends some bodies and breaks others off.
  void commit_end();
  /// What has come of the body and was not handed out yet, chunks joined; empty when there is
  /// nothing. Valid until prepare().
  std::string_view next_piece();

  bool head_done() const { return head_done_; }
  bool done() const { return done_; }
  bool any_byte() const { return any_byte_; }
  /// The connection can carry another request. Once done.
  bool reusable() const { return keep_alive_ && done_ && begin_ == end_; }
  int status() const { return status_; }
  const Headers& headers() const { return headers_; }
  /// Of the body, where the head told.
  std::optional<std::uint64_t> content_length() const { return content_length_; }

 private:
  struct Parser;  // holds Beast

  void read_head();
  std::string_view next_chunks();

  std::size_t header_bytes_max_;
  bool to_head_request_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
  std::unique_ptr<Parser> parser_;
  enum class Body { kChunks, kLength, kUntilEnd } body_ = Body::kLength;
  std::uint64_t left_bytes_ = 0;  ///< kLength
  std::optional<std::uint64_t> content_length_;
  bool any_byte_ = false, head_done_ = false, done_ = false, keep_alive_ = false;
  int status_ = 0;
  Headers headers_;
};

}  // namespace bedplate::wire::http1
