// Objects in a directory that a developer can look into: docs/objects.md.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "objects/objects.hpp"

namespace bedplate::objects {

struct LocalOptions {
  std::filesystem::path directory;
  /// false: a put returns when the rename is done; a power failure may lose what came last, or
  /// leave it empty. A crash of the server alone loses nothing.
  bool durable = true;
  std::string operator_account;              ///< owns the buckets that are folders made by hand
  std::string default_region = "us-east-1";  ///< of those
  std::size_t threads = 16;                  ///< for work that blocks
  bool use_extended_attributes = true;       ///< false for tests
};

struct LocalCore;
class LocalPool;
class BucketCache;

/// Stop what uses it, destroy it, and only then the I/O threads' loops.
class LocalObjects final : public Objects {
 public:
  /// Opens the directory, made if it is missing, and sweeps what a crash has left. Blocks. Throws
  /// std::runtime_error that names the path.
  LocalObjects(LocalOptions options, const Clock& clock);
  ~LocalObjects() override;
  LocalObjects(const LocalObjects&) = delete;
  LocalObjects& operator=(const LocalObjects&) = delete;

  Task<BucketInfo> create_bucket(std::string bucket, std::string owner,
                                 std::string region) override;
  Task<BucketInfo> head_bucket(std::string bucket) override;
  Task<std::vector<BucketInfo>> list_buckets(std::string owner) override;
  Task<> delete_bucket(std::string bucket) override;
  Task<std::string> get_bucket_policy(std::string bucket) override;
  Task<> put_bucket_policy(std::string bucket, std::string policy) override;
  Task<> delete_bucket_policy(std::string bucket) override;

  Task<std::unique_ptr<ObjectWriter>> put_object(std::string bucket, std::string key,
                                                 PutOptions options) override;
  Task<std::unique_ptr<ObjectReader>> get_object(std::string bucket, std::string key,
                                                 GetOptions options) override;
  Task<ObjectInfo> head_object(std::string bucket, std::string key, GetOptions options) override;
  Task<> delete_object(std::string bucket, std::string key, Conditions conditions) override;
  Task<std::vector<DeleteOutcome>> delete_objects(std::string bucket,
                                                  std::vector<std::string> keys) override;
  Task<ObjectInfo> copy_object(CopyRequest request) override;
  Task<> put_object_tags(std::string bucket, std::string key, ObjectTags tags) override;
  Task<ListPage> list_objects(std::string bucket, ListRequest request) override;

  Task<UploadInfo> create_multipart_upload(std::string bucket, std::string key,
                                           UploadOptions options) override;
  Task<std::unique_ptr<ObjectWriter>> upload_part(UploadAddress upload, std::uint32_t part_number,
                                                  PutOptions options) override;
  Task<PartInfo> upload_part_copy(PartCopyRequest request) override;
  Task<PartsPage> list_parts(UploadAddress upload, std::uint32_t after_part_number,
                             std::size_t parts_max) override;
  Task<UploadsPage> list_multipart_uploads(std::string bucket, ListUploadsRequest request) override;
  Task<ObjectInfo> complete_multipart_upload(UploadAddress upload,
                                             CompleteOptions options) override;
  Task<> abort_multipart_upload(UploadAddress upload) override;

 private:
  const Clock& clock_;
  std::shared_ptr<LocalCore> core_;
  std::shared_ptr<LocalPool> pool_;
  std::unique_ptr<BucketCache> buckets_;
};

}  // namespace bedplate::objects
