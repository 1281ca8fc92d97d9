// Requests that a server answers as a whole, unlike generations.
#pragma once

#include "inference/engines/openai_server.hpp"

namespace bedplate::inference {

/// One call, which keeps its answer. An engine runs it on a server of its choice, and again on
/// another one when that fails: until run() ends well, nobody has seen anything.
class ServerCall {
 public:
  virtual ~ServerCall() = default;
  /// Throws wire::ClientError and EngineError.
  virtual Task<> run(wire::Client& client, OpenAiServer server) = 0;
};

}  // namespace bedplate::inference
