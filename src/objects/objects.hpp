// Buckets and objects: where `s3://` URIs lead. One interface, two implementations: a directory
// (local/local_objects.hpp) and a real S3 service (remote/remote_objects.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "objects/object_info.hpp"
#include "objects/objects_error.hpp"

namespace bedplate::objects {

inline constexpr std::size_t kKeyBytesMax = 1024;
inline constexpr std::size_t kMetadataBytesMax = 2048;  ///< names and values together
inline constexpr std::uint64_t kPutBytesMax = 5ull << 30;
inline constexpr std::uint64_t kPartBytesMin = 5ull << 20;  ///< of every part but the last
inline constexpr std::uint32_t kPartNumberMax = 10'000;
inline constexpr std::size_t kListKeysMax = 1'000;
inline constexpr std::size_t kPolicyBytesMax = 20 * 1024;

/// S3's rules for the names of general purpose buckets: 3 to 63 lower-case letters, digits, '.' and
/// '-', no IP address, none of the reserved prefixes and suffixes.
bool is_valid_bucket_name(std::string_view name);
/// Throws ObjectsError: kInvalidArgument when empty or no UTF-8, kKeyTooLong.
void check_key(std::string_view key);

/// The headers of the same names, as they were sent: `*`, or a list of quoted ETags.
struct Conditions {
  std::optional<std::string> if_match;
  std::optional<std::string> if_none_match;
  std::optional<Timestamp> if_modified_since;    ///< reads only; whole seconds are compared
  std::optional<Timestamp> if_unmodified_since;  ///< reads only
};
/// Throws kPreconditionFailed or kNotModified as S3 does for a read of `info` (RFC 9110's order).
void check_read_conditions(const Conditions& conditions, const ObjectInfo& info);
/// The same for a write; `current` is nullptr when there is no such object now. If-Match without an
/// object is kNoSuchKey.
void check_write_conditions(const Conditions& conditions, const ObjectInfo* current);

/// One range of bytes, as `Range` names it: first and last, first alone, or the last N.
struct ByteRange {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;  ///< inclusive; beyond the end: up to the end
  std::optional<std::uint64_t> suffix_bytes;
};
/// Of a `Range` header. Nothing when S3 ignores it: another unit, several ranges, not a range.
std::optional<ByteRange> parse_range(std::string_view header);

/// A part of an object: `bytes` from `offset` on.
struct Span {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};
/// Throws kInvalidRange when no byte of `size_bytes` is in the range.
Span resolve_range(const ByteRange& range, std::uint64_t size_bytes);

struct GetOptions {
  Conditions conditions;
  std::optional<ByteRange> range;
  std::uint32_t part_number = 0;  ///< 1 and up: only the bytes of that part; not with `range`
};

struct PutOptions {
  ObjectHeaders headers;
  UserMetadata metadata;
  ObjectTags tags;
  /// To compute, check and keep beside the MD5.
  std::optional<ChecksumAlgorithm> checksum;
  /// Hex, as a signature has it; commit() throws kContentSha256Mismatch on any other.
  std::optional<std::string> content_sha256;
  /// How many bytes will come, where it is known: commit() throws kIncompleteBody on any other
  /// number, and what is too large is refused at once.
  std::optional<std::uint64_t> size_bytes;
};

/// What is known only when the last byte is there (headers known earlier are fine here, too).
struct CommitOptions {
  std::optional<std::string> content_md5;  ///< base64; another: kBadDigest
  std::optional<std::string> checksum;     ///< base64, of PutOptions::checksum; another: kBadDigest
  Conditions conditions;                   ///< if_match and if_none_match; not for parts
};

/// An object, or a part of one, on its way in. Dropped before commit(), it leaves nothing. One call
/// at a time. After an exception it can only be dropped.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  /// Pieces of any size. Small objects are kept in memory and cost nothing until commit().
  virtual Task<> write(std::string piece) = 0;
  /// Makes it visible, whole, in place of the one before it. Durable on return, as far as the
  /// configuration asks for it.
  virtual Task<ObjectInfo> commit(CommitOptions options) = 0;
};

/// An open object: of the version that it was opened at, whatever is written or deleted meanwhile.
class ObjectReader {
 public:
  virtual ~ObjectReader() = default;
  virtual const ObjectInfo& info() const = 0;
  /// What read() will give: all, or the range or part that was asked for.
  virtual Span span() const = 0;
  /// The next bytes, at most kPieceBytesMax; empty at the end. One call at a time.
  virtual Task<std::string> read() = 0;
};
inline constexpr std::size_t kPieceBytesMax = 1 << 20;

struct ObjectAddress {
  std::string bucket;
  std::string key;
};

struct CopyRequest {
  ObjectAddress source;
  Conditions source_conditions;  ///< any that fails, also for a 304, is kPreconditionFailed
  ObjectAddress target;
  Conditions conditions;  ///< of the target
  /// Replaced by these when `replace_metadata`, else kept.
  bool replace_metadata = false;
  ObjectHeaders headers;
  UserMetadata metadata;
  bool replace_tags = false;
  ObjectTags tags;
  std::optional<ChecksumAlgorithm> checksum;  ///< none: the source's
};

struct ListRequest {
  std::string prefix;
  std::string delimiter;  ///< empty: none
  /// Only keys after this one. A common prefix is after it when it is greater.
  std::string start_after;
  std::string continuation;             ///< ListPage::continuation of the page before
  std::size_t keys_max = kListKeysMax;  ///< keys and common prefixes together
};
struct ListedObject {
  std::string key;
  std::uint64_t size_bytes = 0;
  std::string etag;  ///< without quotes
  Timestamp last_modified{};
  std::vector<Checksum> checksums;  ///< algorithm and type matter here
};
/// In the order of the keys' bytes.
struct ListPage {
  std::vector<ListedObject> objects;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string continuation;  ///< opaque; set when truncated
  std::string last;          ///< the last key or common prefix: version 1's NextMarker
};

struct DeleteOutcome {
  std::string key;
  std::optional<ObjectsError> error;  ///< none: it is not there (any more)
};

struct UploadOptions {
  ObjectHeaders headers;
  UserMetadata metadata;
  ObjectTags tags;
  std::optional<ChecksumAlgorithm> checksum;
  ChecksumType checksum_type = ChecksumType::kComposite;
  std::string initiator;  ///< account id
};
struct UploadInfo {
  std::string key;
  std::string upload_id;
  Timestamp initiated{};
  std::string initiator;
  std::optional<ChecksumAlgorithm> checksum;
  ChecksumType checksum_type = ChecksumType::kComposite;
};
struct UploadAddress {
  std::string bucket;
  std::string key;
  std::string upload_id;
};
struct PartInfo {
  std::uint32_t number = 0;
  std::uint64_t size_bytes = 0;
  std::string etag;  ///< without quotes
  Timestamp last_modified{};
  std::vector<Checksum> checksums;
};
struct PartsPage {
  UploadInfo upload;
  std::vector<PartInfo> parts;  ///< by number
  bool truncated = false;
};
struct ListUploadsRequest {
  std::string prefix;
  std::string delimiter;
  std::string key_marker;  ///< only later keys; with upload_id_marker also later ids of it
  std::string upload_id_marker;
  std::size_t uploads_max = kListKeysMax;
};
struct UploadsPage {
  std::vector<UploadInfo> uploads;  ///< by key, then by the time they were begun
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string next_key_marker;
  std::string next_upload_id_marker;
};
struct CompletedPart {
  std::uint32_t number = 0;
  std::string etag;                     ///< with or without quotes
  std::optional<std::string> checksum;  ///< base64; another: kInvalidPart
};
struct CompleteOptions {
  std::vector<CompletedPart> parts;         ///< in the order of their numbers, at least one
  std::optional<std::string> checksum;      ///< of the whole; another: kBadDigest
  std::optional<std::uint64_t> size_bytes;  ///< `x-amz-mp-object-size`; another: kInvalidRequest
  Conditions conditions;
};
struct PartCopyRequest {
  ObjectAddress source;
  Conditions source_conditions;
  std::optional<ByteRange> range;  ///< none: all of the source
  UploadAddress upload;
  std::uint32_t part_number = 1;
};

/// Every call may be made on any I/O thread, throws ObjectsError, and blocks no thread of the
/// caller's. Who may do what is not asked here: `operations/` asks the policies first.
class Objects {
 public:
  virtual ~Objects() = default;

  /// kInvalidBucketName, kBucketAlreadyExists, kBucketAlreadyOwnedByYou.
  virtual Task<BucketInfo> create_bucket(std::string bucket, std::string owner,
                                         std::string region) = 0;
  virtual Task<BucketInfo> head_bucket(std::string bucket) = 0;
  /// By name; every account's when `owner` is empty.
  virtual Task<std::vector<BucketInfo>> list_buckets(std::string owner) = 0;
  /// Also ends its uploads. kBucketNotEmpty while there is an object.
  virtual Task<> delete_bucket(std::string bucket) = 0;
  /// kNoSuchBucketPolicy when there is none.
  virtual Task<std::string> get_bucket_policy(std::string bucket) = 0;
  /// Keeps the text as it is; at most kPolicyBytesMax, which the caller has checked.
  virtual Task<> put_bucket_policy(std::string bucket, std::string policy) = 0;
  virtual Task<> delete_bucket_policy(std::string bucket) = 0;

  virtual Task<std::unique_ptr<ObjectWriter>> put_object(std::string bucket, std::string key,
                                                         PutOptions options) = 0;
  /// The reader holds its first piece already: a small object costs no second wait.
  virtual Task<std::unique_ptr<ObjectReader>> get_object(std::string bucket, std::string key,
                                                         GetOptions options) = 0;
  /// `options.range` is ignored: resolve_range() it.
  virtual Task<ObjectInfo> head_object(std::string bucket, std::string key, GetOptions options) = 0;
  /// Nothing happens when there is no such object, as with S3.
  virtual Task<> delete_object(std::string bucket, std::string key, Conditions conditions) = 0;
  /// One outcome for each key, in the order given; at most 1,000 keys.
  virtual Task<std::vector<DeleteOutcome>> delete_objects(std::string bucket,
                                                          std::vector<std::string> keys) = 0;
  virtual Task<ObjectInfo> copy_object(CopyRequest request) = 0;
  virtual Task<> put_object_tags(std::string bucket, std::string key, ObjectTags tags) = 0;
  virtual Task<ListPage> list_objects(std::string bucket, ListRequest request) = 0;

  virtual Task<UploadInfo> create_multipart_upload(std::string bucket, std::string key,
                                                   UploadOptions options) = 0;
  /// Of `options` the checksum and the size count. A later part of the same number replaces it.
  virtual Task<std::unique_ptr<ObjectWriter>> upload_part(UploadAddress upload,
                                                          std::uint32_t part_number,
                                                          PutOptions options) = 0;
  virtual Task<PartInfo> upload_part_copy(PartCopyRequest request) = 0;
  virtual Task<PartsPage> list_parts(UploadAddress upload, std::uint32_t after_part_number,
                                     std::size_t parts_max) = 0;
  virtual Task<UploadsPage> list_multipart_uploads(std::string bucket,
                                                   ListUploadsRequest request) = 0;
  virtual Task<ObjectInfo> complete_multipart_upload(UploadAddress upload,
                                                     CompleteOptions options) = 0;
  virtual Task<> abort_multipart_upload(UploadAddress upload) = 0;
};

}  // namespace bedplate::objects
