// Which prefixes of prompts are kept, until when: what cache points have bought.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/clock.hpp"

namespace bedplate::inference {

/// The engine keeps the states themselves, as long as its memory allows; this remembers whose they
/// are and when they have run out. Safe from every thread, bounded: the prefix unused for longest
/// goes first.
class PromptCache {
 public:
  static constexpr std::size_t kPrefixesMax = 50'000;

  /// Tokens of a prefix that has not run out. Its time begins anew.
  std::optional<std::int64_t> find(const std::string& key, SteadyClock::time_point now);

  void keep(const std::string& key, std::int64_t tokens, std::chrono::seconds time_to_live,
            SteadyClock::time_point now);

  void forget(const std::string& key);

  /// What find() came to, ever; and what is kept now.
  struct Counts {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::size_t prefixes = 0;
  };
  Counts counts() const;

  /// Notes an engine whose prompts cannot be cached. True the first time.
  bool note_uncounted(const std::string& engine);

 private:
  struct Prefix {
    std::string key;
    std::int64_t tokens;
    std::chrono::seconds time_to_live;
    SteadyClock::time_point expires;
  };
  mutable std::mutex mutex_;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
  std::list<Prefix> by_use_;  ///< the last used first
  std::unordered_map<std::string, std::list<Prefix>::iterator> by_key_;
  std::unordered_set<std::string> uncounted_;  ///< at most as many as there are engines
};

}  // namespace bedplate::inference
