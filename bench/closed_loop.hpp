// N connections, each sending its next request when the last one is answered, or at times of its
// own.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>

#include "request_bytes.hpp"

namespace bedplate::bench {

struct ClosedLoopOptions {
  std::size_t connections = 1;
  std::chrono::milliseconds warm_up{500};  ///< not measured
  std::chrono::milliseconds duration{2'000};
  /// Of each connection: requests are due at random times (exponentially distributed pauses), and
  /// a latency begins when the request is due, even if the last one is not answered by then.
  /// 0: the next one is due when the last one is answered.
  double requests_per_second = 0;
  std::size_t requests_max = 0;  ///< ends earlier, after that many; 0: no limit
};

/// Requests per second, latencies, answers that were not 200 and connections that broke; the
/// output tokens where the replies tell them.
boost::json::object run_closed_loop(const RequestPlan& plan, const ClosedLoopOptions& options);

}  // namespace bedplate::bench
