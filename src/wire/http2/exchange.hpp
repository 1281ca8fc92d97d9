// The way back of one HTTP/2 request.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <string>

#include "wire/http2/connection.hpp"

namespace bedplate::wire::http2 {

class Exchange final : public ResponseWriter, public BodyReader {
 public:
  Exchange(Http2Connection& connection, StreamId id, Executor executor)
      : connection_(connection), id_(id), wake_(executor) {
    wake_.expires_at(Timer::time_point::max());
  }

  Task<> send(Response response) override;
  Task<> start(ResponseHead head) override;
  Task<> write(std::string bytes) override;
  Task<> finish(std::string last) override;
  bool started() const override { return started_; }
  Task<std::string> read() override;

  /// The handler has given all of the response.
  bool ended() const { return ended_; }
  bool gone() const { return gone_; }
  StreamId id() const { return id_; }
  boost::asio::cancellation_signal& cancel() { return cancel_; }

  /// What the handler waits for may have come.
  void on_progress() { wake_.cancel(); }
  /// The stream is no more; `broken`: the client will not see the whole response.
  void on_closed(bool broken);
  void on_tick(SteadyClock::time_point now);

 private:
  Task<> wait_until_taken();
  void check_open() const;
  void extend_deadline();
  void count_body(std::size_t bytes);

  Http2Connection& connection_;
  StreamId id_;
  Timer wake_;
  boost::asio::cancellation_signal cancel_;
  Deadline write_deadline_, body_deadline_;
  bool body_late_ = false;
  std::optional<std::uint64_t> left_bytes_;  ///< of a response whose length was told
  std::uint64_t taken_at_extension_ = 0;
  bool started_ = false;
  bool ended_ = false;
  bool gone_ = false;
};

}  // namespace bedplate::wire::http2
