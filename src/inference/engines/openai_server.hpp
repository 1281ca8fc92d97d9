// Speaking with one server of OpenAI's protocol, be it embedded or remote.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "inference/engine.hpp"
#include "inference/engines/chat_request.hpp"
#include "inference/engines/dialect.hpp"
#include "wire/client.hpp"

namespace bedplate::inference {

/// Whom to ask, and how.
struct OpenAiServer {
  wire::Endpoint endpoint;
  std::string authorization;  ///< header value, or empty; never logged
  std::string model;          ///< put into each request, or empty
  ServerTraits traits;
};

class Deadline;
class ReplyReader;

/// Limits of silence.
struct TokenTimeouts {
  std::chrono::milliseconds first_token{120'000};
  std::chrono::milliseconds next_token{60'000};
};

/// When an engine last showed that it works. Shared by all its generations.
class Progress {
 public:
  void mark() {
    at_.store(SteadyClock::now().time_since_epoch().count(), std::memory_order_relaxed);
  }
  SteadyClock::time_point at() const {
    return SteadyClock::time_point(SteadyClock::duration(at_.load(std::memory_order_relaxed)));
  }

 private:
  std::atomic<SteadyClock::rep> at_{0};
};

struct ServerAnswer {
  int status = 0;
  std::string body;
};
/// One request whose whole answer is awaited. `content_type`: of a body, if there is one. Throws
/// wire::ClientError.
Task<ServerAnswer> ask_server(wire::Client& client, OpenAiServer server, std::string method,
                              std::string path, std::string body,
                              std::string content_type = "application/json");

/// Sends a generation's request and waits for the response's head. Throws wire::ClientError when
/// none came (another server may then be asked) and EngineError when its status is not 200.
Task<std::unique_ptr<wire::ClientResponse>> open_generation(wire::Client& client,
                                                            OpenAiServer server,
                                                            GenerationCall call);

/// What following a response takes besides the response.
struct GenerationContext {
  GenerationSink& sink;
  Deadline& deadline;
  TokenTimeouts timeouts;
  Progress* progress = nullptr;                      ///< marked at every sign of work, or none
  bool ended = false;                                ///< set when the sink has got the end
  std::vector<TokenProbability> prompt_tokens = {};  ///< to be told with the reply's start
};

/// Reports the streamed reply to the sink and keeps the deadline moving: first_token counts until
/// the first token, next_token from each one to the next, nothing while the sink holds us up.
/// Throws EngineError, and what the sink throws. After the end, nothing that goes wrong matters.
Task<> follow_generation(wire::ClientResponse& response, ReplyShape shape,
                         GenerationContext& context);

/// The same for any protocol; `reply` is at its beginning.
Task<> follow_reply(wire::ClientResponse& response, ReplyReader& reply, GenerationContext& context);

/// Throws EngineError; CannotCount when the server has no way to.
Task<std::int64_t> count_tokens_of(wire::Client& client, OpenAiServer server,
                                   GenerationRequest request);

/// Asks the server what it is. Throws wire::ClientError when it cannot be reached, EngineError
/// when it refuses our key or is not ready. A server that does not tell is kGeneric.
Task<ServerTraits> probe_server(wire::Client& client, OpenAiServer server);

}  // namespace bedplate::inference
