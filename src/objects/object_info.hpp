// What is known of an object beside its bytes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace bedplate::objects {

enum class ChecksumAlgorithm { kCrc32, kCrc32c, kCrc64Nvme, kSha1, kSha256 };
/// "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256".
std::string_view checksum_name(ChecksumAlgorithm algorithm);
/// Of such a name, in any case.
std::optional<ChecksumAlgorithm> find_checksum_algorithm(std::string_view name);

/// Whether a checksum is of all bytes, or of the parts' checksums ("…-3").
enum class ChecksumType { kFullObject, kComposite };

struct Checksum {
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::kCrc32;
  std::string value;  ///< base64, as in `x-amz-checksum-crc32`; composite: with "-N" at its end
  ChecksumType type = ChecksumType::kFullObject;
  bool operator==(const Checksum&) const = default;
};

/// The headers that a put may set and a get gives back. Empty: not set.
struct ObjectHeaders {
  std::string content_type;  ///< empty at a put: "binary/octet-stream", S3's default
  std::string content_encoding;
  std::string content_disposition;
  std::string content_language;
  std::string cache_control;
  std::string expires;  ///< as it was sent
  bool operator==(const ObjectHeaders&) const = default;
};

/// Names without `x-amz-meta-`, in lower case.
using UserMetadata = std::map<std::string, std::string>;
using ObjectTags = std::map<std::string, std::string>;

struct ObjectInfo {
  std::string key;
  std::uint64_t size_bytes = 0;
  std::string etag;  ///< without quotes
  Timestamp last_modified{};
  ObjectHeaders headers;
  UserMetadata metadata;
  ObjectTags tags;
  std::vector<Checksum> checksums;  ///< those that were asked for when it was stored: at most one
  std::uint32_t parts_count = 0;    ///< 0: it was not uploaded in parts
};

struct BucketInfo {
  std::string name;
  std::string owner;   ///< account id
  std::string region;  ///< logical
  Timestamp created{};
};

}  // namespace bedplate::objects
