// One HTTP/2 connection: its streams' handlers run side by side on its thread.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "wire/connection.hpp"
#include "wire/http2/session.hpp"

namespace bedplate::wire::http2 {

class Exchange;

class Http2Connection final : public Connection {
 public:
  /// `received`: what was read of the connection already.
  Http2Connection(std::shared_ptr<Service> service, std::unique_ptr<Transport> transport,
                  std::string peer_address, std::string received);

  Task<> serve() override;
  void drain() override;
  void abort() override;
  void on_tick(SteadyClock::time_point now) override;

 private:
  friend class Exchange;

  static Task<> run_stream(std::shared_ptr<Http2Connection> self, StreamId id, Request request,
                           bool streamed);
  Task<> settle(Exchange& exchange, std::exception_ptr failure);
  Task<> read_until_over();
  /// Hands bytes to the session and does what follows from them. False when the connection ends.
  bool feed(std::string_view bytes);
  void dispatch_events();
  void begin_request(StreamId id);
  void refuse(StreamId id, const ApiError& error);
  /// Sends what the session has, as far as the socket takes it; goes on by itself after that.
  void flush();
  bool gather_output();
  void cancel_handlers();
  bool idle() const { return session_.stream_count() == 0 && exchanges_.empty(); }
  bool over() const;
  bool draining() const { return service_->draining.load(std::memory_order_relaxed); }

  std::shared_ptr<Service> service_;
  std::unique_ptr<Transport> transport_;
  std::string peer_address_;
  std::string received_;
  Session session_;
  BodyAccount body_account_;
  std::map<StreamId, Exchange*> exchanges_;  ///< of the handlers that run
  std::string out_;
  std::size_t out_sent_ = 0;
  bool blocked_ = false;  ///< the socket takes no more at the moment
  bool dispatching_ = false;
  bool broken_ = false;
  bool draining_ = false;
  Deadline idle_deadline_, write_deadline_, linger_deadline_;
};

}  // namespace bedplate::wire::http2
