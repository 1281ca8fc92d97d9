// Servers of a service elsewhere, whose owner bills every question: they are asked nothing but what
// our callers want.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/admission.hpp"
#include "inference/engines.hpp"
#include "inference/engines/endpoint_pool.hpp"
#include "inference/engines/openai_server.hpp"
#include "inference/engines/reply_stream.hpp"

namespace bedplate::inference {

/// What tells one service from another. Used from every I/O thread at once.
class UpstreamService {
 public:
  virtual ~UpstreamService() = default;

  /// A POST of `body`, with all that lets it in. Made anew for every server that is tried.
  virtual wire::ClientRequest make_request(const wire::Endpoint& endpoint, const std::string& path,
                                           const std::string& body) const = 0;
  /// What an answer with another status than 200 means. None of our credentials is in its text.
  virtual EngineError refusal(int http_status, const wire::Headers& headers,
                              std::string body) const = 0;
};

/// The upstream's name for a model: of `models`, else `otherwise`, which may be empty.
inline std::string named_upstream(const std::map<std::string, std::string>& models,
                                  const std::string& model_id, const std::string& otherwise) {
  const auto named = models.find(model_id);
  return named != models.end() ? named->second : otherwise;
}

/// What such a server answered, with status 200.
struct UpstreamAnswer {
  wire::Headers headers;
  std::string body;
};

/// One pool of such servers. A server that cannot be reached, is busy or not ready is passed over
/// for the next one until the first byte of a response has come: nobody has seen anything before.
class Upstream {
 public:
  struct Limits {
    std::size_t concurrency_max = 1'024;  ///< requests at once, of each server
    std::size_t queue_max = 1'024;        ///< generations that may wait for their turn
  };

  /// `options`, `client` and `service` must outlive it.
  Upstream(const EngineOptions& options, std::vector<wire::Endpoint> endpoints, Limits limits,
           wire::Client& client, const UpstreamService& service);

  /// Posts `body` and follows the streamed reply. Throws EngineError, and what the sink throws.
  /// `claim`: who asks, see Admission::acquire().
  Task<> generate(std::string path, std::string body, ReplyReader& reply, GenerationSink& sink,
                  SlotClaim claim);

  /// Posts `body` and gives the whole answer, which must come within the time of a first token.
  Task<UpstreamAnswer> ask(std::string path, std::string body);

  /// The same for what costs the upstream work, and so waits for its turn.
  Task<UpstreamAnswer> ask_in_turn(std::string path, std::string body, SlotClaim claim);

  std::shared_ptr<Admission> admission() const { return admission_; }
  EngineStatus status() const { return pool_.engine_status(options_.name); }

 private:
  struct Attempt;

  Task<> open_somewhere(std::string path, std::string body, Attempt& attempt);
  Task<> try_one(const std::string& path, const std::string& body, Attempt& attempt);
  Task<> run(std::string path, std::string body, ReplyReader& reply, GenerationContext& context);
  Task<> read_answer(std::string path, std::string body, UpstreamAnswer& answer);

  const EngineOptions& options_;
  wire::Client& client_;
  const UpstreamService& service_;
  EndpointPool pool_;
  const std::shared_ptr<Admission> admission_;
};

}  // namespace bedplate::inference
