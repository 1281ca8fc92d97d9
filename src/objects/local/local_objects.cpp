#include "objects/local/local_objects.hpp"

#include "objects/local/bucket_cache.hpp"
#include "objects/local/listing.hpp"
#include "objects/local/local_core.hpp"
#include "objects/local/local_reader.hpp"
#include "objects/local/local_writer.hpp"

namespace bedplate::objects {
namespace {

constexpr std::size_t kDeleteKeysMax = 1'000;

void check_bucket(const std::string& bucket) {
  if (!is_valid_bucket_name(bucket)) throw objects_error(ErrorKind::kInvalidBucketName);
}

void check_address(const std::string& bucket, const std::string& key) {
  check_bucket(bucket);
  check_key(key);
}

/// The record, read at most a second ago. Throws kNoSuchBucket.
Task<BucketRecord> read_bucket(std::shared_ptr<LocalCore> core, LocalPool& pool, BucketCache& cache,
                               std::string bucket) {
  if (auto record = cache.find(bucket)) co_return std::move(*record);
  const std::uint64_t generation = cache.generation();
  auto work = [core = std::move(core), bucket] { return core->buckets.read_blocking(bucket); };
  BucketRecord record = co_await pool.run(std::move(work));
  cache.add(record, generation);
  co_return record;
}

Task<> write_policy(std::shared_ptr<LocalCore> core, LocalPool& pool, BucketCache& cache,
                    std::string bucket, std::optional<std::string> policy) {
  auto work = [core = std::move(core), bucket, policy = std::move(policy)] {
    core->buckets.put_policy_blocking(bucket, policy);
  };
  co_await pool.run(std::move(work));
  cache.forget(bucket);
}

}  // namespace

LocalObjects::LocalObjects(LocalOptions options, const Clock& clock)
    : clock_(clock),
      core_(std::make_shared<LocalCore>(options)),
      pool_(std::make_shared<LocalPool>(options.threads)),
      buckets_(std::make_unique<BucketCache>()) {}

LocalObjects::~LocalObjects() {
  pool_->close();
}

Task<BucketInfo> LocalObjects::create_bucket(std::string bucket, std::string owner,
                                             std::string region) {
  check_bucket(bucket);
  BucketInfo info{bucket, std::move(owner), std::move(region), clock_.now()};
  auto work = [core = core_, info = std::move(info)] {
    return core->buckets.create_blocking(info);
  };
  BucketInfo created = co_await pool_->run(std::move(work));
  buckets_->forget(bucket);
  co_return created;
}

Task<BucketInfo> LocalObjects::head_bucket(std::string bucket) {
  check_bucket(bucket);
  BucketRecord record = co_await read_bucket(core_, *pool_, *buckets_, std::move(bucket));
  co_return std::move(record.info);
}

Task<std::vector<BucketInfo>> LocalObjects::list_buckets(std::string owner) {
  auto work = [core = core_, owner = std::move(owner)] {
    return core->buckets.list_blocking(owner);
  };
  co_return co_await pool_->run(std::move(work));
}

Task<> LocalObjects::delete_bucket(std::string bucket) {
  check_bucket(bucket);
  buckets_->forget(bucket);
  auto work = [core = core_, bucket] { core->buckets.delete_blocking(bucket); };
  co_await pool_->run(std::move(work));
  buckets_->forget(bucket);
}

Task<std::string> LocalObjects::get_bucket_policy(std::string bucket) {
  check_bucket(bucket);
  BucketRecord record = co_await read_bucket(core_, *pool_, *buckets_, std::move(bucket));
  if (!record.policy) throw objects_error(ErrorKind::kNoSuchBucketPolicy);
  co_return std::move(*record.policy);
}

Task<> LocalObjects::put_bucket_policy(std::string bucket, std::string policy) {
  check_bucket(bucket);
  co_await write_policy(core_, *pool_, *buckets_, std::move(bucket), std::move(policy));
}

Task<> LocalObjects::delete_bucket_policy(std::string bucket) {
  check_bucket(bucket);
  co_await write_policy(core_, *pool_, *buckets_, std::move(bucket), std::nullopt);
}

Task<std::unique_ptr<ObjectWriter>> LocalObjects::put_object(std::string bucket, std::string key,
                                                             PutOptions options) {
  check_address(bucket, key);
  std::size_t metadata_bytes = 0;
  for (const auto& [name, value] : options.metadata) metadata_bytes += name.size() + value.size();
  if (metadata_bytes > kMetadataBytesMax) throw objects_error(ErrorKind::kMetadataTooLarge);
  std::ignore = co_await read_bucket(core_, *pool_, *buckets_, bucket);
  LocalWriter::Publish publish = [bucket, key = std::move(key)](LocalCore& core, StagedFile& file,
                                                                StoredAttributes attributes,
                                                                Conditions conditions) {
    return core.objects.publish_blocking(file, bucket, key, std::move(attributes), conditions);
  };
  co_return std::make_unique<LocalWriter>(core_, pool_, std::move(options), std::move(publish));
}

Task<std::unique_ptr<ObjectReader>> LocalObjects::get_object(std::string bucket, std::string key,
                                                             GetOptions options) {
  check_address(bucket, key);
  auto work = [core = core_, bucket = std::move(bucket), key = std::move(key),
               options = std::move(options)] {
    return open_object_blocking(*core, bucket, key, options);
  };
  OpenedObject opened = co_await pool_->run(std::move(work));
  co_return std::make_unique<LocalReader>(pool_, std::move(opened));
}

Task<ObjectInfo> LocalObjects::head_object(std::string bucket, std::string key,
                                           GetOptions options) {
  check_address(bucket, key);
  auto work = [core = core_, bucket = std::move(bucket), key = std::move(key),
               options = std::move(options)] {
    ObjectInfo info = core->objects.open_blocking(bucket, key).info(key);
    check_read_conditions(options.conditions, info);
    return info;
  };
  co_return co_await pool_->run(std::move(work));
}

Task<> LocalObjects::delete_object(std::string bucket, std::string key, Conditions conditions) {
  check_address(bucket, key);
  auto work = [core = core_, bucket = std::move(bucket), key = std::move(key),
               conditions = std::move(conditions)] {
    core->objects.delete_blocking(bucket, key, conditions);
  };
  co_await pool_->run(std::move(work));
}

Task<std::vector<DeleteOutcome>> LocalObjects::delete_objects(std::string bucket,
                                                              std::vector<std::string> keys) {
  check_bucket(bucket);
  if (keys.size() > kDeleteKeysMax) {
    throw ObjectsError(ErrorKind::kInvalidArgument, "At most 1,000 objects are deleted at once.");
  }
  auto work = [core = core_, bucket = std::move(bucket), keys = std::move(keys)] {
    core->objects.check_bucket_blocking(bucket);
    std::vector<DeleteOutcome> outcomes;
    for (const std::string& key : keys) {
      DeleteOutcome& outcome = outcomes.emplace_back(DeleteOutcome{key, {}});
      try {
        check_key(key);
        core->objects.delete_blocking(bucket, key, {});
      } catch (const ObjectsError& error) {
        outcome.error = error;
      }
    }
    return outcomes;
  };
  co_return co_await pool_->run(std::move(work));
}

Task<> LocalObjects::put_object_tags(std::string bucket, std::string key, ObjectTags tags) {
  check_address(bucket, key);
  auto work = [core = core_, bucket = std::move(bucket), key = std::move(key),
               tags = std::move(tags)] { core->objects.put_tags_blocking(bucket, key, tags); };
  co_await pool_->run(std::move(work));
}

Task<ListPage> LocalObjects::list_objects(std::string bucket, ListRequest request) {
  check_bucket(bucket);
  auto work = [core = core_, bucket = std::move(bucket), request = std::move(request)] {
    return list_objects_blocking(core->folders, core->objects, core->listings, bucket, request);
  };
  co_return co_await pool_->run(std::move(work));
}

}  // namespace bedplate::objects
