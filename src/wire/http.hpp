// What a request and a response are, whichever HTTP version carries them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/task.hpp"
#include "base/api_error.hpp"

namespace bedplate::wire {

/// Header fields in the order received. Names compare without regard to case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  /// The first field of that name; nullptr when there is none.
  const std::string* find(std::string_view name) const;
  /// The first field's value, or an empty text.
  std::string_view get(std::string_view name) const {
    const std::string* value = find(name);
    return value ? std::string_view(*value) : std::string_view{};
  }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

bool equal_ignoring_case(std::string_view a, std::string_view b);

/// What was agreed on in a TLS handshake, as OpenSSL names it. The texts are constants.
struct TlsFacts {
  std::string_view version;  ///< TLSv1.2, TLSv1.3
  std::string_view cipher;   ///< TLS_AES_128_GCM_SHA256, ECDHE-RSA-AES128-GCM-SHA256, …
};

/// A body that is still on its way. Lives as long as its handler runs.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  /// The next bytes, kBodyPieceBytesMax at most; empty at the end, and from then on. A client that
  /// waits for 100 Continue gets it with the first call. Throws ApiError (400, 408, 413) for a body
  /// that cannot be read on, and boost::system::system_error when the client is gone before its
  /// end.
  virtual Task<std::string> read() = 0;
};

inline constexpr std::size_t kBodyPieceBytesMax = 256 * 1024;

/// A request, read to its end unless it has a body_reader. `target` is what the client sent,
/// neither decoded nor normalised.
struct Request {
  std::string method;
  std::string target;  ///< path and query, as on the wire
  Headers headers;     ///< HTTP/2's `:authority` arrives as `host`
  std::string body;
  int http_major = 1;
  bool secure = false;       ///< arrived over TLS:
  TlsFacts tls;              ///< what was agreed on
  std::string peer_address;  ///< without the port
  /// Set when the body is to be read piece by piece (ServerOptions::streams_body); `body` is empty
  /// then.
  BodyReader* body_reader = nullptr;

  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  std::string_view query() const {
    const std::size_t mark = target.find('?');
    return mark == std::string::npos ? std::string_view{}
                                     : std::string_view(target).substr(mark + 1);
  }
};

struct ResponseHead {
  int status = 200;
  Headers
      headers;  ///< without Content-Length, Transfer-Encoding, Connection and Date: the wire adds
  /// For start(): how many bytes write() and finish() will be given, where that is known. With HEAD
  /// only this is told, and nothing is given.
  std::optional<std::uint64_t> content_length = std::nullopt;
};

struct Response {
  ResponseHead head;
  std::string body;
};

/// One exchange's way back to the client. Either send() once, or start(), write()…, finish().
/// Every call throws boost::system::system_error when the client is gone.
class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;
  virtual Task<> send(Response response) = 0;
  /// Begins a body, of unknown length unless the head has one.
  virtual Task<> start(ResponseHead head) = 0;
  /// Puts `bytes` on the wire at once; waits while the client reads slower than we write.
  virtual Task<> write(std::string bytes) = 0;
  /// Ends the body; `last` is its last piece, sent together with the end.
  virtual Task<> finish(std::string last = {}) = 0;
  /// True after start() or send().
  virtual bool started() const = 0;
};

/// Answers one request. Runs on the connection's thread; when the client hangs up or resets its
/// stream, the handler's task is cancelled (its pending operation ends with operation_aborted).
/// An exception that leaves a handler is a defect: the wire answers 500 or breaks the connection.
using Handler = std::function<Task<>(Request, ResponseWriter&)>;

/// Whether a request's body is to be read by its handler, piece by piece. Asked once the header has
/// come, on the connection's thread; must not throw.
using StreamsBody = std::function<bool(const Request& head)>;

/// Renders what the wire itself must refuse (too large, too slow, not HTTP), in the same words and
/// shape as every other error. `target` is the request's, empty when it is not known.
using ErrorRenderer = std::function<Response(const ApiError&, std::string_view target)>;

}  // namespace bedplate::wire
