// A connection from accept to the point where its protocol is known.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "wire/connection.hpp"

namespace bedplate::wire {

/// Completes the TLS handshake and finds out which HTTP the client speaks: by ALPN under TLS, by
/// HTTP/2's connection preface in clear text. Then hands over to that protocol's connection.
class AcceptedConnection final : public Connection {
 public:
  /// `full`: the server has too many connections; the client is told so.
  AcceptedConnection(std::shared_ptr<Service> service, std::unique_ptr<Transport> transport,
                     std::string peer_address, bool full)
      : service_(std::move(service)),
        transport_(std::move(transport)),
        peer_address_(std::move(peer_address)),
        full_(full) {}

  Task<> serve() override;
  void drain() override;
  void abort() override;
  void on_tick(SteadyClock::time_point now) override;

 private:
  Task<std::optional<std::string>> read_opening();
  Task<> serve_http1(std::string received);
  Task<> serve_http2(std::string received);
  Task<> refuse(ApiError error);

  std::shared_ptr<Service> service_;
  std::unique_ptr<Transport> transport_;
  std::string peer_address_;
  bool full_;
  Deadline deadline_;
  bool expired_ = false;
  std::shared_ptr<Connection> inner_;  ///< once the protocol is known
};

}  // namespace bedplate::wire
