#include "inference/engines/endpoint_pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace bedplate::inference {

std::vector<wire::Endpoint> parse_endpoints(const std::vector<std::string>& urls,
                                            std::string_view engine) {
  std::vector<wire::Endpoint> endpoints;
  for (const std::string& url : urls) endpoints.push_back(wire::parse_endpoint(url));
  if (endpoints.empty()) throw std::invalid_argument(fmt::format("{} has no endpoint", engine));
  return endpoints;
}

EndpointPool::EndpointPool(std::vector<wire::Endpoint> endpoints, Limits limits)
    : endpoints_(std::move(endpoints)), limits_(limits), servers_(endpoints_.size()) {}

/// After failures only one request at a time: it finds out for the others.
bool EndpointPool::is_open(const Server& server, Time now) const {
  if (server.failures == 0) return server.busy < limits_.concurrency_max;
  return now >= server.paused_until && server.busy == 0;
}

std::optional<EndpointPool::Place> EndpointPool::choose(Time now,
                                                        const std::vector<std::size_t>& tried) {
  const std::lock_guard lock(mutex_);
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    const std::size_t index = (next_ + i) % servers_.size();
    if (std::find(tried.begin(), tried.end(), index) != tried.end()) continue;
    if (!is_open(servers_[index], now)) continue;
    if (!best || servers_[index].busy < servers_[*best].busy) best = index;
  }
  if (!best) return std::nullopt;
  ++servers_[*best].busy;
  next_ = (*best + 1) % servers_.size();
  return std::optional<Place>(std::in_place, *this, *best);
}

EndpointPool::Place EndpointPool::choose_or_throw(Time now, const std::vector<std::size_t>& tried,
                                                  const std::optional<EngineError>& failure) {
  if (auto place = choose(now, tried)) return std::move(*place);
  if (failure) throw *failure;
  throw EngineError(EngineError::Kind::kUnavailable, "No server for this model can be reached.");
}

void EndpointPool::leave(std::size_t index) {
  const std::lock_guard lock(mutex_);
  --servers_[index].busy;
}

void EndpointPool::succeeded(std::size_t index) {
  const std::lock_guard lock(mutex_);
  servers_[index].failures = 0;
  servers_[index].trouble.clear();
}

void EndpointPool::failed(std::size_t index, Time now, const std::string& why) {
  const std::lock_guard lock(mutex_);
  Server& server = servers_[index];
  const int doublings = std::min(server.failures++, 20);
  server.paused_until = now + std::min(limits_.pause_first * (1 << doublings), limits_.pause_max);
  server.trouble = why;
  // It may come back as something else.
  server.traits.reset();
}

void EndpointPool::request_failed(std::size_t index, Time now, const wire::ClientError& problem) {
  if (problem.phase != wire::ClientError::Phase::kConnect) return;
  failed(index, now, fmt::format("{}: {}", endpoint(index).text(), problem.what()));
}

std::optional<ServerTraits> EndpointPool::traits(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  return servers_[index].traits;
}

void EndpointPool::learn(std::size_t index, ServerTraits traits) {
  const std::lock_guard lock(mutex_);
  servers_[index].traits = std::move(traits);
}

EndpointPool::Status EndpointPool::status() const {
  const std::lock_guard lock(mutex_);
  Status status;
  for (const Server& server : servers_) {
    status.busy += server.busy;
    if (server.failures == 0) {
      ++status.reachable;
    } else {
      status.trouble = server.trouble;
    }
  }
  return status;
}

EngineStatus EndpointPool::engine_status(const std::string& name) const {
  const Status pool = status();
  EngineStatus status;
  status.name = name;
  status.state = pool.reachable > 0 ? "ready" : "unreachable";
  status.detail = pool.trouble;
  status.slots = static_cast<int>(size() * limits_.concurrency_max);
  status.slots_busy = static_cast<int>(pool.busy);
  return status;
}

}  // namespace bedplate::inference
