#include "closed_loop.hpp"

#include <queue>
#include <random>

#include "exchange.hpp"
#include "reply_text.hpp"
#include "samples.hpp"

namespace bedplate::bench {
namespace {

constexpr std::int64_t kLastAnswers_ns = 30'000'000'000;  ///< how long to wait for them
constexpr std::size_t kSamplesExpected = 1 << 21;

struct Connection {
  Connection(Poller& poller, const wire::Endpoint& endpoint) : exchange(poller, endpoint, this) {}
  Exchange exchange;
  std::int64_t due_ns = 0;  ///< when the request in hand should have been sent
  bool busy = false;
  ReplyTail tail;
};

/// A connection that has nothing to do until its next request is due.
struct Pause {
  std::int64_t until_ns;
  Connection* connection;
  bool operator>(const Pause& other) const { return until_ns > other.until_ns; }
};

class ClosedLoop {
 public:
  ClosedLoop(const RequestPlan& plan, const ClosedLoopOptions& options)
      : plan_(plan),
        options_(options),
        request_(request_bytes(plan)),
        latencies_(kSamplesExpected) {}

  boost::json::object run();

 private:
  void begin_next(Connection& connection);
  void begin(Connection& connection);
  void begin_due();
  void take(Connection& connection, std::uint32_t events);
  void count(Connection& connection);

  RequestPlan plan_;
  ClosedLoopOptions options_;
  std::string request_;
  Poller poller_;
  std::mt19937_64 random_{1};  // NOLINT: the same times in every run
  std::priority_queue<Pause, std::vector<Pause>, std::greater<>> pauses_;
  std::int64_t from_ns_ = 0;  ///< what is measured ends between these two
  std::int64_t until_ns_ = 0;
  std::int64_t last_answer_ns_ = 0;
  std::size_t busy_ = 0;
  std::size_t begun_ = 0;
  std::uint64_t refused_ = 0, broken_ = 0;
  std::string refusal_;  ///< the last one's status and body
  std::int64_t output_tokens_ = 0;
  Samples latencies_;
};

void ClosedLoop::begin_next(Connection& connection) {
  const std::int64_t now = now_ns();
  if (options_.requests_per_second == 0) {
    connection.due_ns = now;
  } else {
    std::exponential_distribution<double> pause_seconds(options_.requests_per_second);
    connection.due_ns += static_cast<std::int64_t>(pause_seconds(random_) * 1e9);
  }
  if (connection.due_ns <= now) {
    begin(connection);
  } else if (connection.due_ns < until_ns_) {
    pauses_.push({connection.due_ns, &connection});
  }
}

void ClosedLoop::begin(Connection& connection) {
  const bool enough = options_.requests_max > 0 && begun_ >= options_.requests_max;
  if (connection.due_ns >= until_ns_ || enough) return;
  ++begun_;
  ++busy_;
  connection.busy = true;
  connection.tail.clear();
  connection.exchange.begin(request_);
}

void ClosedLoop::begin_due() {
  while (!pauses_.empty() && pauses_.top().until_ns <= now_ns()) {
    Connection& connection = *pauses_.top().connection;
    pauses_.pop();
    begin(connection);
  }
}

void ClosedLoop::count(Connection& connection) {
  const std::int64_t now = now_ns();
  if (connection.exchange.status() != 200) {
    ++refused_;
    refusal_ = fmt::format("{} {}", connection.exchange.status(), connection.tail.text());
  }
  last_answer_ns_ = now;
  if (now < from_ns_ || (now >= until_ns_ && options_.requests_max == 0)) return;
  latencies_.add(now - connection.due_ns);
  output_tokens_ += connection.tail.output_tokens();
}

void ClosedLoop::take(Connection& connection, std::uint32_t events) {
  if (!connection.busy) {  // the server closes a connection that we are done with
    connection.exchange.close();
    return;
  }
  const Exchange::Progress progress = connection.exchange.on_event(
      events, [&](std::string_view piece) { connection.tail.add(piece); });
  if (progress == Exchange::Progress::kWaiting) return;
  if (progress == Exchange::Progress::kBroken) {
    connection.exchange.close();
    if (connection.exchange.was_stale()) {
      connection.exchange.begin(request_);
      return;
    }
    ++broken_;
  } else {
    count(connection);
  }
  connection.busy = false;
  --busy_;
  begin_next(connection);
}

boost::json::object ClosedLoop::run() {
  const std::int64_t start = now_ns();
  from_ns_ = start + std::chrono::nanoseconds(options_.warm_up).count();
  until_ns_ = from_ns_ + std::chrono::nanoseconds(options_.duration).count();
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::size_t i = 0; i < options_.connections; ++i) {
    connections.push_back(std::make_unique<Connection>(poller_, plan_.endpoint));
    connections.back()->due_ns = start;
    begin_next(*connections.back());
  }
  const std::int64_t give_up_ns = until_ns_ + kLastAnswers_ns;
  while ((busy_ > 0 || !pauses_.empty()) && now_ns() < give_up_ns) {
    begin_due();
    const std::int64_t next = pauses_.empty() ? give_up_ns : pauses_.top().until_ns;
    for (const epoll_event& event : poller_.wait(next)) {
      take(*static_cast<Connection*>(event.data.ptr), event.events);
    }
  }
  const std::int64_t end = options_.requests_max > 0 ? last_answer_ns_ : until_ns_;
  const double seconds = static_cast<double>(end - from_ns_) / 1e9;
  return {{"connections", options_.connections},
          {"seconds", seconds},
          {"requests_per_second", static_cast<double>(latencies_.size()) / seconds},
          {"latency", latencies_.to_json()},
          {"refused", refused_},
          {"refusal", refusal_},
          {"broken", broken_ + busy_},
          {"begun", begun_},
          {"output_tokens", output_tokens_},
          {"tokens_per_second", static_cast<double>(output_tokens_) / seconds}};
}

}  // namespace

boost::json::object run_closed_loop(const RequestPlan& plan, const ClosedLoopOptions& options) {
  return ClosedLoop(plan, options).run();
}

}  // namespace bedplate::bench
