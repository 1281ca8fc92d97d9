#include "operations/s3/routes.hpp"

#include <array>

namespace bedplate::operations::s3 {
namespace {

enum class Level { kService, kBucket, kObject };

/// An operation that is built.
struct Built {
  std::string_view method;
  Level level;
  std::string_view sub_resource;  ///< a parameter that must be there; empty: none needed
  std::string_view name;
  Operation operation;
  bool copies = false;  ///< only with `x-amz-copy-source`
};

// The first that fits counts.
constexpr std::array kBuilt{
    Built{"GET", Level::kService, "", "ListBuckets", list_buckets},
    Built{"GET", Level::kBucket, "location", "GetBucketLocation", get_bucket_location},
    Built{"GET", Level::kBucket, "versioning", "GetBucketVersioning", get_bucket_versioning},
    Built{"GET", Level::kBucket, "policy", "GetBucketPolicy", get_bucket_policy},
    Built{"PUT", Level::kBucket, "policy", "PutBucketPolicy", put_bucket_policy},
    Built{"DELETE", Level::kBucket, "policy", "DeleteBucketPolicy", delete_bucket_policy},
    Built{"GET", Level::kBucket, "uploads", "ListMultipartUploads", list_multipart_uploads},
    Built{"GET", Level::kBucket, "list-type", "ListObjectsV2", list_objects_v2},
    Built{"POST", Level::kBucket, "delete", "DeleteObjects", delete_objects},
    Built{"POST", Level::kObject, "uploads", "CreateMultipartUpload", create_multipart_upload},
    Built{"PUT", Level::kObject, "partNumber", "UploadPartCopy", upload_part_copy, true},
    Built{"PUT", Level::kObject, "partNumber", "UploadPart", upload_part},
    Built{"POST", Level::kObject, "uploadId", "CompleteMultipartUpload", complete_multipart_upload},
    Built{"DELETE", Level::kObject, "uploadId", "AbortMultipartUpload", abort_multipart_upload},
    Built{"GET", Level::kObject, "uploadId", "ListParts", list_parts},
    Built{"GET", Level::kObject, "tagging", "GetObjectTagging", get_object_tagging},
    Built{"PUT", Level::kObject, "tagging", "PutObjectTagging", put_object_tagging},
    Built{"DELETE", Level::kObject, "tagging", "DeleteObjectTagging", delete_object_tagging},
};

// Without a sub-resource.
constexpr std::array kPlain{
    Built{"GET", Level::kBucket, "", "ListObjects", list_objects},
    Built{"PUT", Level::kBucket, "", "CreateBucket", create_bucket},
    Built{"HEAD", Level::kBucket, "", "HeadBucket", head_bucket},
    Built{"DELETE", Level::kBucket, "", "DeleteBucket", delete_bucket},
    Built{"GET", Level::kObject, "", "GetObject", get_object},
    Built{"HEAD", Level::kObject, "", "HeadObject", head_object},
    Built{"PUT", Level::kObject, "", "CopyObject", copy_object, true},
    Built{"PUT", Level::kObject, "", "PutObject", put_object},
    Built{"DELETE", Level::kObject, "", "DeleteObject", delete_object},
};

/// A sub-resource that is not built, or not with every method: it must not be taken for the bucket
/// or the object itself. With the words that name its operations behind Get, Put and Delete.
struct Unbuilt {
  Level level;
  std::string_view sub_resource;
  std::string_view noun;
};

constexpr std::array kUnbuilt{
    Unbuilt{Level::kBucket, "abac", "BucketAbac"},
    Unbuilt{Level::kBucket, "accelerate", "BucketAccelerateConfiguration"},
    Unbuilt{Level::kBucket, "acl", "BucketAcl"},
    Unbuilt{Level::kBucket, "analytics", "BucketAnalyticsConfiguration"},
    Unbuilt{Level::kBucket, "cors", "BucketCors"},
    Unbuilt{Level::kBucket, "encryption", "BucketEncryption"},
    Unbuilt{Level::kBucket, "intelligent-tiering", "BucketIntelligentTieringConfiguration"},
    Unbuilt{Level::kBucket, "inventory", "BucketInventoryConfiguration"},
    Unbuilt{Level::kBucket, "lifecycle", "BucketLifecycleConfiguration"},
    Unbuilt{Level::kBucket, "location", "BucketLocation"},
    Unbuilt{Level::kBucket, "logging", "BucketLogging"},
    Unbuilt{Level::kBucket, "metadataConfiguration", "BucketMetadataConfiguration"},
    Unbuilt{Level::kBucket, "metadataTable", "BucketMetadataTableConfiguration"},
    Unbuilt{Level::kBucket, "metrics", "BucketMetricsConfiguration"},
    Unbuilt{Level::kBucket, "notification", "BucketNotificationConfiguration"},
    Unbuilt{Level::kBucket, "object-lock", "ObjectLockConfiguration"},
    Unbuilt{Level::kBucket, "ownershipControls", "BucketOwnershipControls"},
    Unbuilt{Level::kBucket, "policy", "BucketPolicy"},
    Unbuilt{Level::kBucket, "policyStatus", "BucketPolicyStatus"},
    Unbuilt{Level::kBucket, "publicAccessBlock", "PublicAccessBlock"},
    Unbuilt{Level::kBucket, "replication", "BucketReplication"},
    Unbuilt{Level::kBucket, "requestPayment", "BucketRequestPayment"},
    Unbuilt{Level::kBucket, "session", "Session"},
    Unbuilt{Level::kBucket, "tagging", "BucketTagging"},
    Unbuilt{Level::kBucket, "uploads", "MultipartUploads"},
    Unbuilt{Level::kBucket, "versioning", "BucketVersioning"},
    Unbuilt{Level::kBucket, "versions", "ObjectVersions"},
    Unbuilt{Level::kBucket, "website", "BucketWebsite"},
    Unbuilt{Level::kObject, "acl", "ObjectAcl"},
    Unbuilt{Level::kObject, "append", "ObjectAppend"},
    Unbuilt{Level::kObject, "attributes", "ObjectAttributes"},
    Unbuilt{Level::kObject, "encryption", "ObjectEncryption"},
    Unbuilt{Level::kObject, "legal-hold", "ObjectLegalHold"},
    Unbuilt{Level::kObject, "renameObject", "RenamedObject"},
    Unbuilt{Level::kObject, "restore", "RestoredObject"},
    Unbuilt{Level::kObject, "retention", "ObjectRetention"},
    Unbuilt{Level::kObject, "select", "SelectObjectContent"},
    Unbuilt{Level::kObject, "tagging", "ObjectTagging"},
    Unbuilt{Level::kObject, "torrent", "ObjectTorrent"},
    Unbuilt{Level::kObject, "uploadId", "MultipartUpload"},
    Unbuilt{Level::kObject, "uploads", "MultipartUploads"},
};

Level level_of(const Address& address) {
  if (address.bucket.empty()) return Level::kService;
  return address.key.empty() ? Level::kBucket : Level::kObject;
}

std::string_view verb_of(std::string_view method) {
  if (method == "PUT") return "Put";
  if (method == "DELETE") return "Delete";
  if (method == "POST") return "Post";
  return "Get";
}

Route route_of(const Built& built) {
  const bool reads = built.method == "GET" || built.method == "HEAD";
  const bool of_objects = built.level == Level::kObject || built.operation == list_objects ||
                          built.operation == list_objects_v2 || built.operation == delete_objects;
  const bool of_policy = built.sub_resource == "policy";
  return {std::string(built.name), built.operation, of_objects && !of_policy, reads};
}

}  // namespace

Route route(std::string_view method, const Address& address,
            const protocol::query::Parameters& query, bool copies) {
  const Level level = level_of(address);
  const auto fits = [&](const Built& built) {
    return built.method == method && built.level == level && (!built.copies || copies);
  };
  for (const Built& built : kBuilt) {
    const bool there = built.sub_resource.empty() || query.find(built.sub_resource) != nullptr;
    if (there && fits(built)) return route_of(built);
  }
  for (const Unbuilt& unbuilt : kUnbuilt) {
    if (unbuilt.level != level || query.find(unbuilt.sub_resource) == nullptr) continue;
    return {std::string(verb_of(method)) + std::string(unbuilt.noun), nullptr,
            level == Level::kObject, method == "GET"};
  }
  for (const Built& built : kPlain) {
    if (fits(built)) return route_of(built);
  }
  if (method == "POST" && level == Level::kBucket) return {"PostObject", nullptr, true, false};
  throw S3Error("MethodNotAllowed", 405,
                "The specified method is not allowed against this resource.");
}

}  // namespace bedplate::operations::s3
