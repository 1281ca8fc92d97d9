// Many streams at once, each read to its end: how late do their tokens come?
#pragma once

#include <boost/json/object.hpp>
#include <chrono>

#include "request_bytes.hpp"

namespace bedplate::bench {

struct StreamFleetOptions {
  std::size_t streams = 1'000;
  std::chrono::milliseconds ramp{2'500};  ///< they are opened at random times within it
  int tokens = 200;                       ///< that each must bring
  bool event_stream = true;               ///< ConverseStream's frames; else server-sent events
  std::chrono::milliseconds time_max{60'000};
};

/// Streams that brought every token and their end, and those that did not; delays from the
/// engine's sending a token to its arrival here, of all tokens and of those that came while every
/// stream was open. Reports the latter's beginning and end on standard error, one line each.
boost::json::object run_stream_fleet(const RequestPlan& plan, const StreamFleetOptions& options);

}  // namespace bedplate::bench
