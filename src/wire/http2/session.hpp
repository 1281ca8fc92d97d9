// Bytes of an HTTP/2 connection in, requests out; responses in, bytes out. nghttp2 does the
// protocol; this bounds what a client can make us hold or do. Knows no socket.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "wire/http.hpp"
#include "wire/http2/token_bucket.hpp"
#include "wire/server.hpp"

struct nghttp2_session;

namespace bedplate::wire::http2 {

using StreamId = std::int32_t;

/// Something that has happened to a stream.
struct Event {
  enum class Kind {
    kRequest,  ///< take_request() has it
    kBody,     ///< more of a streamed body has come, or its end
    kRefuse,   ///< the request is to be answered with `error` instead of by the handler
    kTaken,    ///< all that was given to write() is on its way
    kClosed,   ///< both sides are done, or one broke off; the stream is gone
  };
  Kind kind;
  StreamId stream;
  std::optional<ApiError> error = {};
  bool broken = false;  ///< kClosed: not by both sides' regular ends
};

class Session {
 public:
  explicit Session(const Limits& limits, StreamsBody streams_body = {});
  ~Session();

  /// False when the connection is beyond repair: send what next_output() has, then close.
  bool feed(std::string_view bytes, SteadyClock::time_point now);
  /// What is to be sent next; empty when there is nothing. Valid until the next call of anything.
  std::string_view next_output();
  /// What feed(), next_output() or expire() made happen, in order.
  std::vector<Event> take_events() { return std::exchange(events_, {}); }

  Request take_request(StreamId stream);
  /// The request's body is to be taken with take_body(); `kRequest` came with its header.
  bool streamed(StreamId stream) const;
  /// What has come of a streamed body and was not taken yet, which makes room for more. Throws the
  /// ApiError that ends it, and system_error when the stream is gone.
  std::string take_body(StreamId stream);
  /// All of the body has come.
  bool body_ended(StreamId stream) const;
  /// Sends 100 Continue to a client that waits for it, once.
  void continue_body(StreamId stream);
  /// The request's path and query; empty when it was taken, or the stream is gone.
  std::string_view target_of(StreamId stream) const;
  /// Answers at once. `body` is left out where the method or status wants none. Throws
  /// std::invalid_argument for a head that cannot be sent. Calls for a stream that is gone do
  /// nothing.
  void respond(StreamId stream, const ResponseHead& head, std::string body);
  /// Begins a response; write() with `end` ends it. Not before the last bytes were taken.
  void start(StreamId stream, const ResponseHead& head);
  void write(StreamId stream, std::string bytes, bool end);
  /// What write() gets is sent: false after HEAD and for statuses without a body.
  bool takes_body(StreamId stream) const;
  /// Nothing of what was given to write() waits.
  bool taken(StreamId stream) const;
  /// How many bytes of the stream's response were taken so far.
  std::uint64_t bytes_taken(StreamId stream) const;
  /// Breaks the stream off.
  void reset(StreamId stream);

  /// Announces that no further requests are taken.
  void go_away();
  /// Refuses requests whose body has made no progress since `before`.
  void expire(SteadyClock::time_point before);

  /// Refuses what still comes of bodies.
  void refuse_bodies(const ApiError& error);
  /// What the bodies of requests take, handed over or not.
  std::size_t body_bytes() const { return body_bytes_; }

  std::size_t stream_count() const { return streams_.size(); }
  /// Since when a header block, or the client's settings, is awaited to its end.
  std::optional<SteadyClock::time_point> header_since() const { return header_since_; }
  /// Neither side has anything more to say.
  bool over() const;

 private:
  struct Stream;
  struct Callbacks;  // what nghttp2 calls

  Stream* find(StreamId id) const;
  void on_header(Stream& stream, std::string_view name, std::string_view value);
  void on_header_end(StreamId id, Stream& stream, bool body_follows);
  void on_body(StreamId id, Stream& stream, std::string_view bytes);
  void on_request_end(StreamId id, Stream& stream);
  void on_closed(StreamId id, std::uint32_t error_code);
  void refuse(StreamId id, Stream& stream, ApiError error);
  void stream_body(StreamId id, Stream& stream, std::string_view bytes);
  void fail_body(StreamId id, Stream& stream, ApiError error);
  std::uint64_t body_limit_bytes(const Stream& stream) const;
  void submit(StreamId id, Stream& stream, const ResponseHead& head,
              std::optional<std::uint64_t> length);
  void try_reserve(StreamId id, Stream& stream);
  void release(Stream& stream);
  void count_cheap_frame();
  void count_reset();
  void calm_down();

  const Limits limits_;
  const StreamsBody streams_body_;
  nghttp2_session* session_ = nullptr;
  std::map<StreamId, std::unique_ptr<Stream>> streams_;
  std::vector<Event> events_;
  SteadyClock::time_point now_;
  std::optional<SteadyClock::time_point> header_since_;
  std::size_t reserved_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  TokenBucket resets_, cheap_frames_;
};

}  // namespace bedplate::wire::http2
