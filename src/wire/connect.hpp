// A new connection to an endpoint: name, socket, TLS.
#pragma once

#include <chrono>
#include <memory>

#include "wire/client.hpp"
#include "wire/ticker.hpp"
#include "wire/tls.hpp"
#include "wire/transport.hpp"

namespace bedplate::wire {

/// Tries the name's addresses one after the other. Throws ClientError (phase kConnect), or
/// system_error when the awaiting task is cancelled. `tls` is used for kTls only.
Task<std::unique_ptr<Transport>> connect(Endpoint endpoint, std::chrono::milliseconds limit,
                                         std::shared_ptr<Ticker> ticker,
                                         std::shared_ptr<TlsContext> tls);

}  // namespace bedplate::wire
