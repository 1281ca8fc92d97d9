// Buckets as folders, and what is known of them beside their objects.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "objects/local/folders.hpp"
#include "objects/local/key_walk.hpp"
#include "objects/local/object_files.hpp"
#include "objects/object_info.hpp"

namespace bedplate::objects {

struct BucketRecord {
  BucketInfo info;
  std::optional<std::string> policy;
};

/// A folder without a record is one that somebody has made by hand: a bucket of the operator's
/// account, in the default region. A record outlives its folder when that is removed by hand.
class BucketFiles {
 public:
  BucketFiles(const Folders& folders, ObjectFiles& objects, FolderListings& listings,
              std::string operator_account, std::string default_region)
      : folders_(folders),
        objects_(objects),
        listings_(listings),
        operator_account_(std::move(operator_account)),
        default_region_(std::move(default_region)) {}

  BucketInfo create_blocking(const BucketInfo& bucket);
  BucketRecord read_blocking(const std::string& bucket) const;
  std::vector<BucketInfo> list_blocking(const std::string& owner) const;
  void put_policy_blocking(const std::string& bucket, std::optional<std::string> policy);
  void delete_blocking(const std::string& bucket);

 private:
  BucketRecord describe_blocking(const std::string& bucket) const;
  void write_blocking(const BucketRecord& record);
  void clear_hidden_blocking(const std::string& bucket);

  const Folders& folders_;
  ObjectFiles& objects_;
  FolderListings& listings_;
  std::string operator_account_;
  std::string default_region_;
};

}  // namespace bedplate::objects
