#include "inference/prompt_cache.hpp"

namespace bedplate::inference {

std::optional<std::int64_t> PromptCache::find(const std::string& key, SteadyClock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    ++misses_;
    return std::nullopt;
  }
  Prefix& prefix = *found->second;
  if (prefix.expires <= now) {
    ++misses_;
    by_use_.erase(found->second);
    by_key_.erase(found);
    return std::nullopt;
  }
  ++hits_;
  prefix.expires = now + prefix.time_to_live;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return prefix.tokens;
}

void PromptCache::keep(const std::string& key, std::int64_t tokens,
                       std::chrono::seconds time_to_live, SteadyClock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    by_use_.erase(found->second);
    by_key_.erase(found);
  }
  by_use_.push_front({key, tokens, time_to_live, now + time_to_live});
  by_key_[key] = by_use_.begin();
  if (by_use_.size() <= kPrefixesMax) return;
  by_key_.erase(by_use_.back().key);
  by_use_.pop_back();
}

PromptCache::Counts PromptCache::counts() const {
  const std::lock_guard lock(mutex_);
  return {hits_, misses_, by_use_.size()};
}

void PromptCache::forget(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  by_use_.erase(found->second);
  by_key_.erase(found);
}

bool PromptCache::note_uncounted(const std::string& engine) {
  const std::lock_guard lock(mutex_);
  return uncounted_.insert(engine).second;
}

}  // namespace bedplate::inference
