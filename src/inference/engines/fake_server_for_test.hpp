// A server of OpenAI's protocol without a model that misbehaves on request: for the tests of this
// folder and, as a program, for tests from outside (tests/fakes).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/io_pool.hpp"
#include "async/task_group.hpp"
#include "inference/engines/openai_server.hpp"

namespace bedplate::inference {

/// The marker that makes a request go wrong, written anywhere in its body: "fault:NAME".
struct Fault {
  std::string name;
  std::string meaning;
};
const std::vector<Fault>& known_faults();

struct FakeServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;                 ///< 0: the system chooses
  int tokens = 8;                         ///< of a reply; a smaller max_tokens wins
  std::chrono::milliseconds interval{0};  ///< between two tokens
  std::string owner = "fake";             ///< what /v1/models says: "vllm", "llamacpp", …
  std::string api_key;                    ///< demanded when not empty
  /// Answers what is no generation, given path and body; status 0: the server's own answer.
  std::function<ServerAnswer(const std::string& path, const std::string& body)> other;
};

/// Answers /v1/chat/completions and /v1/completions with the tokens "w0 w1 w2 …", /v1/models,
/// /health and /tokenize (one token for each character). The prompt counts one token for each
/// message, or one when there are none. Everything it does follows from the request alone.
class FakeServer {
 public:
  /// Listens at once; serves on `executor`. Throws boost::system::system_error.
  FakeServer(Executor executor, FakeServerOptions options);
  ~FakeServer();

  std::uint16_t port() const;
  std::string url() const;

  /// Requests for a reply that have arrived, whatever became of them.
  int generations() const;
  /// The last such request's body, and any request's Authorization.
  std::string last_body() const;
  std::string last_authorization() const;
  /// Of those, how many found the client gone before their end.
  int hangups() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
  TaskGroup tasks_;
};

}  // namespace bedplate::inference
