// What every accepted connection has, whichever HTTP version it speaks.
#pragma once

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <memory>
#include <string>

#include "async/task_group.hpp"
#include "wire/http.hpp"
#include "wire/server.hpp"
#include "wire/ticker.hpp"
#include "wire/transport.hpp"

namespace bedplate::wire {

/// What all connections of a server share. Outlives them.
struct Service {
  Service(Limits limits, StreamsBody streams_body, Handler handler, ErrorRenderer render_error)
      : limits(limits),
        streams_body(std::move(streams_body)),
        handler(std::move(handler)),
        render_error(std::move(render_error)) {}

  const Limits limits;
  const StreamsBody streams_body;
  const Handler handler;
  const ErrorRenderer render_error;
  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> connections_total{0};
  std::atomic<std::uint64_t> requests_in_flight{0};
  std::atomic<std::uint64_t> body_bytes{0};  ///< held of requests in flight
  TaskGroup tasks{"the server's connections"};
};

/// Lives on one thread, from accept to close. Its coroutine keeps it alive.
class Connection : public Ticked, public std::enable_shared_from_this<Connection> {
 public:
  virtual ~Connection() = default;

  /// Serves until either side is done. What it throws ends the connection silently.
  virtual Task<> serve() = 0;
  /// No further request after those in flight.
  virtual void drain() = 0;
  /// Closes at once and cancels what runs.
  virtual void abort() = 0;
};

/// A point in time that a wait must not pass; none unless set.
class Deadline {
 public:
  void set(std::chrono::milliseconds from_now) { at_ = SteadyClock::now() + from_now; }
  void clear() { at_ = SteadyClock::time_point::max(); }
  bool cleared() const { return at_ == SteadyClock::time_point::max(); }
  bool passed(SteadyClock::time_point now) const { return now >= at_; }

 private:
  SteadyClock::time_point at_ = SteadyClock::time_point::max();
};

/// One connection's share in Service::body_bytes.
class BodyAccount {
 public:
  explicit BodyAccount(std::shared_ptr<Service> service) : service_(std::move(service)) {}
  BodyAccount(const BodyAccount&) = delete;
  BodyAccount& operator=(const BodyAccount&) = delete;
  ~BodyAccount() { hold(0); }

  /// Changes the share. False when all connections together now hold more than the limit.
  bool hold(std::size_t bytes) {
    if (bytes == held_) return true;
    const std::uint64_t change = bytes - std::exchange(held_, bytes);  // wraps when it shrinks
    const std::uint64_t before = service_->body_bytes.fetch_add(change, std::memory_order_relaxed);
    return before + change <= service_->limits.bodies_bytes_max;
  }

 private:
  std::shared_ptr<Service> service_;
  std::size_t held_ = 0;
};

/// After an answer to a client that may still be sending: ends our side and throws away what comes,
/// a bounded amount of it, so that closing does not reset the connection and take the answer away.
/// The caller sets a deadline of kLingerTimeout.
Task<> linger(Transport& transport);
inline constexpr std::chrono::milliseconds kLingerTimeout{3'000};

/// How often a fast sender is read from in a row before the thread's other connections get a turn.
inline constexpr int kReadsInARowMax = 64;

/// Of a body that its handler left unread: so much is read so that the connection can go on.
inline constexpr std::uint64_t kUnreadBodyBytesMax = 256 * 1024;

ApiError too_many_bodies();

/// Runs the handler so that `cancel` can end it, and counts it. Returns what the handler threw;
/// nothing when it ended well.
Task<std::exception_ptr> run_handler(std::shared_ptr<Service> service, Request request,
                                     ResponseWriter& writer,
                                     boost::asio::cancellation_signal& cancel);

/// Logs it unless it is a connection's end, which is no defect.
void log_handler_failure(const std::exception_ptr& failure);

}  // namespace bedplate::wire
