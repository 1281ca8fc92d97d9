// `s3://bucket/key`: how Bedrock's operations name objects and folders of them.
#pragma once

#include <string>
#include <string_view>

namespace bedplate::objects {

struct ObjectUri {
  std::string bucket;
  std::string key;  ///< may be empty (the whole bucket) or end with '/' (a folder)

  std::string text() const { return "s3://" + bucket + "/" + key; }
  /// The URI of `name` below this one; a '/' is put between where there is none.
  ObjectUri below(std::string_view name) const;
};

/// Throws ObjectsError: kInvalidUri when it is no `s3://bucket[/key]`, kInvalidBucketName,
/// kKeyTooLong, kInvalidArgument (no UTF-8). The key is taken as it is: nothing is decoded.
ObjectUri parse_object_uri(std::string_view text);

}  // namespace bedplate::objects
