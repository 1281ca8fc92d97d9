// A server with a few telling handlers and a blocking client socket, for the tests of this folder.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>

#include "async/io_pool.hpp"
#include "wire/server.hpp"

namespace bedplate::wire {

/// A number that other threads raise and a test waits for.
class Counter {
 public:
  void add();
  /// False when it did not come to `value` within five seconds.
  bool reached(int value);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int value_ = 0;
};

/// What the test server's handlers have met.
struct Sightings {
  Counter begun;      ///< handlers of /hang that wait, of /streamed/echo that have read something
  Counter cancelled;  ///< of those, the ones that were cancelled
  Counter failed_writes;
  Counter failed_reads;                       ///< of bodies: the client was gone before their end
  std::atomic<std::size_t> bytes_written{0};  ///< by /flood
};

/// GET /hello; POST /echo (body, and what the request was in headers); /stream (three pieces);
/// /hang (waits to be cancelled); /hang-after-start; /throw; /throw-after-start; /silent;
/// /flood (writes until that fails); /empty (204). Bodies of paths under /streamed/ are read by
/// their handlers: echo; count (bytes, and the largest piece); ignore; first (one piece);
/// hang. /known-length?N says that its ten bytes are N.
class TestServer {
 public:
  explicit TestServer(Limits limits = {}, std::optional<TlsFiles> tls = {});
  ~TestServer();

  std::uint16_t port() const { return server_->port(); }
  Server& server() { return *server_; }
  Sightings& sightings() { return *sightings_; }

 private:
  IoPool pool_{2};
  std::shared_ptr<Sightings> sightings_ = std::make_shared<Sightings>();
  std::unique_ptr<Server> server_;
};

/// A blocking TCP connection to the loopback address. Reads give up after five seconds.
class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port);
  explicit RawSocket(int descriptor) : descriptor_(descriptor) {}
  RawSocket(const RawSocket&) = delete;
  ~RawSocket();

  /// False when the peer has closed.
  bool send(std::string_view bytes);
  /// At most `bytes_max` bytes; empty at the end or after five seconds.
  std::string read_some(std::size_t bytes_max = 65536);
  /// Until the peer closes.
  std::string read_to_end();
  /// Until `end` has been seen; what came so far when it never does.
  std::string read_until(std::string_view end);
  /// One response with a Content-Length or chunks, nothing behind it.
  std::string read_response();
  void end_writing();
  /// Closes so that the peer sees a reset.
  void reset();
  /// The peer has closed: a read that came back empty did not just take too long.
  bool at_end() const { return at_end_; }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  bool at_end_ = false;
  std::string ahead_;  ///< read, but behind what was asked for
};

}  // namespace bedplate::wire
