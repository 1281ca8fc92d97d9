// The HTTP/1.1 client that engines are spoken to with: TCP, TLS or a Unix socket, keep-alive.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "async/io_pool.hpp"
#include "wire/http.hpp"

namespace bedplate::wire {

/// Where a server listens. Parsed from `http://host:port/base`, `https://host/base` or
/// `unix:/path/to.sock`.
struct Endpoint {
  enum class Kind { kTcp, kTls, kUnix } kind = Kind::kTcp;
  std::string host;  ///< name or address; for kUnix the socket's path
  std::uint16_t port = 0;
  std::string base_path;  ///< put before every request's path, without a slash at its end

  std::string text() const;
};
/// Throws std::invalid_argument with a text that says what is wrong with the URL.
Endpoint parse_endpoint(const std::string& url);

struct ClientRequest {
  std::string method = "POST";
  std::string path;
  Headers headers;  ///< Host, Content-Length and Connection are added
  std::string body;
};

struct ClientLimits {
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds response_timeout{600'000};  ///< until the response's head is here
  std::chrono::milliseconds read_timeout{600'000};      ///< between two pieces of its body
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 64 * 1024 * 1024;  ///< read_all()
  std::size_t idle_connections_max = 64;          ///< kept per endpoint and thread
};

/// A response whose body arrives piece by piece. Destroyed before its end, it closes the
/// connection, which is how a generation is cancelled.
class ClientResponse {
 public:
  virtual ~ClientResponse() = default;
  virtual int status() const = 0;
  virtual const Headers& headers() const = 0;
  /// The next piece as it arrives, decoded from chunks; empty at the end. Valid until the next
  /// call. Throws ClientError.
  virtual Task<std::string_view> read_some() = 0;
  /// The rest of the body. Throws ClientError when it is longer than body_bytes_max.
  virtual Task<std::string> read_all() = 0;
};

/// What went wrong on the way to a server, and whether it can have begun to work on the request.
class ClientError : public std::runtime_error {
 public:
  enum class Phase { kConnect, kRequest, kResponseHead, kResponseBody };
  enum class Cause { kRefused, kTimeout, kClosed, kMalformed, kTooLarge, kOther };
  ClientError(Phase phase, Cause cause, const std::string& what)
      : std::runtime_error(what), phase(phase), cause(cause) {}
  Phase phase;
  Cause cause;
};

/// Keeps idle connections per endpoint and I/O thread. Use it from I/O threads only. A request
/// that fails on a reused connection before any byte of the response came is sent once more on a
/// new one (the peer closed it while it was idle).
class Client {
 public:
  Client(IoPool& pool, ClientLimits limits);
  ~Client();

  Task<std::unique_ptr<ClientResponse>> send(Endpoint endpoint, ClientRequest request);

  /// Closes the idle connections to `endpoint` (it is about to be stopped), on every thread.
  void forget(const Endpoint& endpoint);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace bedplate::wire
