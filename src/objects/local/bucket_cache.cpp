#include "objects/local/bucket_cache.hpp"

namespace bedplate::objects {

std::optional<BucketRecord> BucketCache::find(const std::string& bucket) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(bucket);
  if (found == entries_.end() || SteadyClock::now() >= found->second.until) return {};
  return found->second.record;
}

std::uint64_t BucketCache::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

void BucketCache::add(const BucketRecord& record, std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  if (generation != generation_) return;
  if (entries_.size() >= kRecordsMax) entries_.clear();
  entries_[record.info.name] = {record, SteadyClock::now() + kAgeMax};
}

void BucketCache::forget(const std::string& bucket) {
  const std::lock_guard lock(mutex_);
  ++generation_;
  entries_.erase(bucket);
}

}  // namespace bedplate::objects
