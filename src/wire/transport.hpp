// A connected stream socket as everything above it sees it: clear text or TLS, read and written
// without blocking, with waits for readiness in between.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <initializer_list>
#include <string>

#include "async/task.hpp"
#include "wire/http.hpp"

namespace bedplate::wire {

using ErrorCode = boost::system::error_code;
using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

/// Up to four pieces of memory to be written one after the other; models ConstBufferSequence.
class Pieces {
 public:
  Pieces(std::initializer_list<std::string_view> pieces) {
    for (std::string_view piece : pieces) {
      if (!piece.empty()) pieces_[count_++] = {piece.data(), piece.size()};
    }
  }
  const boost::asio::const_buffer* begin() const { return pieces_.data() + first_; }
  const boost::asio::const_buffer* end() const { return pieces_.data() + count_; }
  bool empty() const { return first_ == count_; }
  /// Drops `bytes` that were written.
  void advance(std::size_t bytes);

 private:
  std::array<boost::asio::const_buffer, 4> pieces_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

/// Reading by readiness rather than into a waiting buffer keeps an idle connection free of buffers
/// and lets one implementation serve TLS without Asio's 34 KiB of buffers per stream.
class Transport {
 public:
  explicit Transport(Socket socket);
  virtual ~Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// Number of bytes read or written at once. 0 with `error` would_block: nothing now;
  /// asio::error::eof: the peer has ended its side; anything else: the connection is broken.
  virtual std::size_t try_read(boost::asio::mutable_buffer buffer, ErrorCode& error);
  virtual std::size_t try_write(const Pieces& pieces, ErrorCode& error);
  /// TLS only: completes the handshake. Throws boost::system::system_error.
  virtual Task<> handshake();
  /// What was wrong with the peer's certificate; empty when nothing was.
  virtual std::string certificate_problem() const { return {}; }
  /// Ends our side: what was written arrives, then the peer sees the end.
  virtual void end_writing();
  virtual bool secure() const { return false; }
  /// After the handshake; empty without TLS.
  virtual TlsFacts tls_facts() const { return {}; }
  virtual bool negotiated_http2() const { return false; }

  /// Waits for bytes and reads them: fewer system calls than waiting first, but `buffer` must stay
  /// for as long as that takes. Results as try_read(), never would_block; operation_aborted when
  /// the wait was cancelled.
  Task<std::size_t> read(boost::asio::mutable_buffer buffer, ErrorCode& error);

  /// Wait until try_read() or try_write() is worth calling again. Throw system_error.
  Task<> wait_readable();
  Task<> wait_writable();

  /// Calls back instead, without keeping anything alive but what `done` holds.
  void async_wait_writable(std::function<void(ErrorCode)> done);

  /// True when the peer has closed its side or the connection is broken, whether or not unread
  /// bytes lie before that.
  virtual bool hung_up();
  /// True when nothing has arrived and the peer is still there: an idle connection can be reused.
  bool quiet();

  /// Pending waits end with operation_aborted.
  void cancel();
  void close();
  bool is_open() const { return socket_.is_open(); }
  Socket& socket() { return socket_; }

 protected:
  Task<> wait(Socket::wait_type what);

  Socket socket_;
  Socket::wait_type read_waits_for_ = Socket::wait_read;
  Socket::wait_type write_waits_for_ = Socket::wait_write;
};

}  // namespace bedplate::wire
