// The bytes of a request, made once and sent many times.
#pragma once

#include <optional>
#include <string>

#include "identity/sigv4.hpp"
#include "wire/client.hpp"

namespace bedplate::bench {

struct RequestPlan {
  wire::Endpoint endpoint;
  std::string path;
  std::string body;
  std::optional<identity::AccessKey> key;  ///< signs with SigV4 for the service `bedrock`
  std::string region;
};

/// A keep-alive POST over HTTP/1.1. A signed one is valid for five minutes.
std::string request_bytes(const RequestPlan& plan);

}  // namespace bedplate::bench
