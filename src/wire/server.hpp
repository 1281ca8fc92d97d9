// The listener: HTTP/1.1 and HTTP/2 on one port, with or without TLS.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "async/io_pool.hpp"
#include "wire/http.hpp"

namespace bedplate::wire {

/// Everything that bounds a connection. Times are deadlines, not hints.
struct Limits {
  std::size_t header_bytes_max = 16 * 1024;  ///< request line and fields together -> 431
  std::size_t body_bytes_max = 25'000'000;   ///< Bedrock's own payload limit -> 413
  std::uint64_t streamed_body_bytes_max = 5'500'000'000;  ///< of bodies read in pieces -> 413
  std::size_t bodies_bytes_max = 2'000'000'000;           ///< of all requests in flight -> 503
  std::size_t connections_max = 20'000;              ///< further ones are answered 503 and closed
  std::uint32_t http2_streams_max = 128;             ///< concurrent streams of one connection
  std::chrono::milliseconds idle_timeout{350'000};   ///< between requests
  std::chrono::milliseconds header_timeout{15'000};  ///< first byte to end of header -> 408
  std::chrono::milliseconds body_timeout{60'000};    ///< between two pieces of the body -> 408
  std::chrono::milliseconds write_timeout{60'000};   ///< a client that does not read -> closed
  std::chrono::milliseconds tls_handshake_timeout{10'000};
};

struct TlsFiles {
  std::string certificate_chain_path;  ///< PEM
  std::string private_key_path;        ///< PEM
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 4580;  ///< 0: the system chooses
  std::optional<TlsFiles> tls;
  Limits limits;
  StreamsBody streams_body;  ///< none: every body is read before its handler runs
};

struct ServerCounters {
  std::uint64_t connections_open = 0;
  std::uint64_t connections_total = 0;
  std::uint64_t requests_in_flight = 0;
};

/// Listens from the constructor's return on (throws std::runtime_error with a text for the person
/// who started the server, e.g. "127.0.0.1:4580 is in use"); serves after start().
class Server {
 public:
  Server(IoPool& pool, ServerOptions options, Handler handler, ErrorRenderer render_error);
  ~Server();

  void start();
  std::uint16_t port() const;
  ServerCounters counters() const;

  /// Stops accepting, closes idle connections, lets requests in flight end (HTTP/2: GOAWAY), and
  /// waits for that until `limit`. True when no connection is left. May be called again to go on
  /// waiting. Blocks; call it from no I/O thread.
  bool drain_blocking(std::chrono::milliseconds limit);
  /// Drains and, at `limit`, cancels what is left. Blocks likewise.
  void stop_blocking(std::chrono::milliseconds limit);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// Writes a self-signed certificate for `host`, localhost and the loopback addresses, and its key
/// (mode 0600), unless both files exist.
void generate_certificate_blocking(const TlsFiles& files, const std::string& host);

}  // namespace bedplate::wire
