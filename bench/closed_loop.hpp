// N connections, each sending its next request when the last one is answered.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>

#include "request_bytes.hpp"

namespace bedplate::bench {

struct ClosedLoopOptions {
  std::size_t connections = 1;
  std::chrono::milliseconds warm_up{500};  ///< not measured
  std::chrono::milliseconds duration{2'000};
  std::size_t requests_max = 0;  ///< ends earlier, after that many; 0: no limit
};

/// Requests per second, latencies, answers that were not 200 and connections that broke; the
/// output tokens where the replies tell them.
boost::json::object run_closed_loop(const RequestPlan& plan, const ClosedLoopOptions& options);

}  // namespace bedplate::bench
