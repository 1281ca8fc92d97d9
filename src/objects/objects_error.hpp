// What can go wrong with buckets and objects.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bedplate::objects {

/// One for each error of S3 that callers tell apart; error_code() has S3's word for it.
enum class ErrorKind {
  kInvalidUri,
  kInvalidBucketName,
  kNoSuchBucket,
  kBucketAlreadyExists,  ///< another account's
  kBucketAlreadyOwnedByYou,
  kBucketNotEmpty,
  kNoSuchBucketPolicy,
  kNoSuchKey,
  kKeyTooLong,        ///< more than 1,024 bytes of UTF-8
  kInvalidArgument,   ///< e.g. an empty key, one that is no UTF-8, a foreign continuation
  kMetadataTooLarge,  ///< more than 2 KiB of user metadata
  kInvalidRange,      ///< the range has no byte of the object: see size_bytes
  kPreconditionFailed,
  kNotModified,  ///< of a read, by If-None-Match or If-Modified-Since: see etag
  kNoSuchUpload,
  kInvalidPart,
  kInvalidPartOrder,
  kEntityTooSmall,         ///< a part before the last has less than 5 MiB
  kEntityTooLarge,         ///< more than 5 GiB in one put or part
  kIncompleteBody,         ///< fewer or more bytes than were announced
  kBadDigest,              ///< the MD5 or the checksum is not that of the bytes
  kContentSha256Mismatch,  ///< the SHA-256 that the request names is not that of the bytes
  kInvalidRequest,         ///< e.g. a copy of an object to itself that changes nothing
  kAccessDenied,           ///< by the real S3 service, or by the file system
  kStorageFull,            ///< nothing was stored; S3 has no such error
  kSlowDown,               ///< too much waits already; try again
  kUnavailable,            ///< the real S3 service cannot be reached
  kInternalError,
};

class ObjectsError : public std::runtime_error {
 public:
  ObjectsError(ErrorKind kind, const std::string& message)
      : std::runtime_error(message), kind(kind) {}

  ErrorKind kind;
  std::string etag;                         ///< kNotModified: the object's, without quotes
  std::optional<std::uint64_t> size_bytes;  ///< kInvalidRange: the object's
};

/// S3's code: "NoSuchKey". kStorageFull is "InternalError", kSlowDown "SlowDown".
std::string_view error_code(ErrorKind kind);
/// The status that S3 sends with it: 404; 304 for kNotModified.
int http_status(ErrorKind kind);

/// An error with S3's own words for its kind.
ObjectsError objects_error(ErrorKind kind);

}  // namespace bedplate::objects
