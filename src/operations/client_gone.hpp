// Telling a client that has gone from what goes wrong here.
#pragma once

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace bedplate::operations {

/// Whether what a ResponseWriter or a BodyReader threw means that nobody waits for an answer.
inline bool client_is_gone(const boost::system::system_error& problem) {
  const auto& code = problem.code();
  return code == boost::asio::error::operation_aborted || code == boost::asio::error::eof ||
         code == boost::asio::error::connection_reset || code == boost::asio::error::broken_pipe ||
         code == boost::asio::error::not_connected || code == boost::asio::error::bad_descriptor ||
         code == boost::asio::error::timed_out;
}

}  // namespace bedplate::operations
