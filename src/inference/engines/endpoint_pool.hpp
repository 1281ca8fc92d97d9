// Which of several equal servers gets the next request.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "inference/engine.hpp"
#include "inference/engines/dialect.hpp"
#include "wire/client.hpp"

namespace bedplate::inference {

/// An engine's endpoints. Throws std::invalid_argument with a text for the operator when one is no
/// URL or there is none; `engine` is what kind it is, "an Anthropic engine".
std::vector<wire::Endpoint> parse_endpoints(const std::vector<std::string>& urls,
                                            std::string_view engine);

/// Chooses the least loaded of the servers that can be reached. A server that fails is left alone
/// for a while, which doubles with each failure in a row; then one request, or a health check,
/// tries it again. Safe from every thread.
class EndpointPool {
 public:
  using Time = SteadyClock::time_point;

  struct Limits {
    std::size_t concurrency_max = 1'024;         ///< requests at once, of each server
    std::chrono::milliseconds pause_first{500};  ///< after a failure
    std::chrono::milliseconds pause_max{30'000};
  };

  EndpointPool(std::vector<wire::Endpoint> endpoints, Limits limits);

  /// A request's place at a server, given back when destroyed.
  class Place {
   public:
    Place(EndpointPool& pool, std::size_t index) : pool_(&pool), index_(index) {}
    Place(Place&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), index_(other.index_) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (pool_) pool_->leave(index_);
    }
    std::size_t index() const { return index_; }

   private:
    EndpointPool* pool_;
    std::size_t index_;
  };

  /// A place at a server that is not in `tried`; nothing when there is none.
  std::optional<Place> choose(Time now, const std::vector<std::size_t>& tried);

  /// The same; when there is none, throws what the last server tried met, if any, else EngineError
  /// (kUnavailable).
  Place choose_or_throw(Time now, const std::vector<std::size_t>& tried,
                        const std::optional<EngineError>& failure);

  void succeeded(std::size_t index);
  /// `why` is for people.
  void failed(std::size_t index, Time now, const std::string& why);
  /// A request met `problem` there. A server that hangs up on one request may do well with all
  /// others: only one that cannot be reached is left alone.
  void request_failed(std::size_t index, Time now, const wire::ClientError& problem);

  std::size_t size() const { return endpoints_.size(); }
  const wire::Endpoint& endpoint(std::size_t index) const { return endpoints_[index]; }
  /// What the server said it is; nothing when it was not asked successfully yet.
  std::optional<ServerTraits> traits(std::size_t index) const;
  void learn(std::size_t index, ServerTraits traits);

  struct Status {
    std::size_t reachable = 0;
    std::size_t busy = 0;  ///< requests under way, at all servers
    std::string trouble;   ///< the last failure of a server that is not reachable
  };
  Status status() const;
  /// The same, as an operator sees the engine of that name.
  EngineStatus engine_status(const std::string& name) const;

 private:
  struct Server {
    std::size_t busy = 0;
    int failures = 0;  ///< in a row
    Time paused_until{};
    std::string trouble;
    std::optional<ServerTraits> traits;
  };
  void leave(std::size_t index);
  bool is_open(const Server& server, Time now) const;

  const std::vector<wire::Endpoint> endpoints_;
  const Limits limits_;
  mutable std::mutex mutex_;
  std::vector<Server> servers_;
  std::size_t next_ = 0;  ///< equally loaded servers take turns
};

}  // namespace bedplate::inference
