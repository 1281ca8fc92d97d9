// What was last read of buckets: every request asks for a bucket's owner and policy.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "objects/local/bucket_files.hpp"

namespace bedplate::objects {

/// Records of at most a second ago: longer, a folder that somebody removes by hand, or another
/// server's change, must not stay unseen. Bounded.
class BucketCache {
 public:
  std::optional<BucketRecord> find(const std::string& bucket);
  /// To be taken before a record is read, and given with it: a change in between wins.
  std::uint64_t generation() const;
  void add(const BucketRecord& record, std::uint64_t generation);
  /// Before and after every change of it.
  void forget(const std::string& bucket);

 private:
  static constexpr std::chrono::seconds kAgeMax{1};
  static constexpr std::size_t kRecordsMax = 10'000;
  struct Entry {
    BucketRecord record;
    SteadyClock::time_point until;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::uint64_t generation_ = 0;
};

}  // namespace bedplate::objects
