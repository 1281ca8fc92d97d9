// ListObjects, ListObjectsV2.
#include "base/bytes.hpp"
#include "operations/s3/access.hpp"
#include "operations/s3/object_headers.hpp"
#include "operations/s3/routes.hpp"

namespace bedplate::operations::s3 {
namespace {

constexpr std::uint64_t kMaxKeysMax = 2'147'483'647;

/// A listing as it was asked for.
struct Listing {
  objects::ListRequest request;
  std::uint64_t max_keys = 0;  ///< as sent
  bool url = false;            ///< keys are sent percent-encoded
  bool with_owner = false;

  std::string shown(const std::string& text) const { return url ? uri_encode(text, true) : text; }
};

Listing listing_of(const Call& call) {
  Listing listing;
  listing.request.prefix = call.parameter("prefix");
  listing.request.delimiter = call.parameter("delimiter");
  listing.max_keys = number_parameter(call, "max-keys", objects::kListKeysMax, kMaxKeysMax);
  listing.request.keys_max =
      static_cast<std::size_t>(std::min<std::uint64_t>(listing.max_keys, objects::kListKeysMax));
  const std::string encoding = call.parameter("encoding-type");
  if (!encoding.empty() && encoding != "url") {
    throw invalid_argument("Invalid Encoding Method specified in Request", "encoding-type",
                           encoding);
  }
  listing.url = encoding == "url";
  return listing;
}

ConditionKeys keys_of(const Call& call) {
  ConditionKeys keys;
  for (const std::string_view name : {"prefix", "delimiter", "max-keys"}) {
    const std::string* value = call.query.find(name);
    if (value != nullptr) keys.emplace_back("s3:" + std::string(name), *value);
  }
  return keys;
}

Task<objects::ListPage> page_of(Call& call, objects::ListRequest request) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:ListBucket", call.bucket_arn(), keys_of(call));
  if (request.keys_max == 0) {
    co_await call.objects.head_bucket(call.address.bucket);
    co_return objects::ListPage{};
  }
  objects::ListPage page =
      co_await call.objects.list_objects(call.address.bucket, std::move(request));
  co_return page;
}

void write_object(protocol::query::XmlWriter& xml, const objects::ListedObject& object,
                  const Listing& listing, const std::string& owner) {
  xml.open("Contents");
  xml.leaf("Key", listing.shown(object.key));
  xml.leaf("LastModified", format_iso8601_ms(object.last_modified));
  xml.leaf("ETag", quoted_etag(object.etag));
  for (const objects::Checksum& checksum : object.checksums) {
    xml.leaf("ChecksumAlgorithm", objects::checksum_name(checksum.algorithm));
    const bool full = checksum.type == objects::ChecksumType::kFullObject;
    xml.leaf("ChecksumType", full ? "FULL_OBJECT" : "COMPOSITE");
  }
  xml.leaf("Size", std::to_string(object.size_bytes));
  xml.leaf("StorageClass", "STANDARD");
  if (listing.with_owner) {
    xml.open("Owner");
    xml.leaf("ID", owner);
    xml.close("Owner");
  }
  xml.close("Contents");
}

void write_page(protocol::query::XmlWriter& xml, const objects::ListPage& page,
                const Listing& listing, const std::string& owner) {
  for (const objects::ListedObject& object : page.objects) {
    write_object(xml, object, listing, owner);
  }
  for (const std::string& prefix : page.common_prefixes) {
    xml.open("CommonPrefixes");
    xml.leaf("Prefix", listing.shown(prefix));
    xml.close("CommonPrefixes");
  }
}

void write_request(protocol::query::XmlWriter& xml, const Call& call, const Listing& listing,
                   bool truncated) {
  xml.leaf("Name", call.address.bucket);
  xml.leaf("Prefix", listing.shown(listing.request.prefix));
  if (!listing.request.delimiter.empty()) {
    xml.leaf("Delimiter", listing.shown(listing.request.delimiter));
  }
  xml.leaf("MaxKeys", std::to_string(listing.request.keys_max));
  if (listing.url) xml.leaf("EncodingType", "url");
  xml.leaf("IsTruncated", truncated ? "true" : "false");
}

/// Whose the objects are: all of a bucket belong to its owner.
Task<std::string> owner_of(Call& call) {
  const objects::BucketInfo bucket = co_await call.objects.head_bucket(call.address.bucket);
  co_return canonical_user_id(bucket.owner);
}

}  // namespace

Task<> list_objects(Call& call, wire::ResponseWriter& writer) {
  Listing listing = listing_of(call);
  listing.with_owner = true;
  listing.request.start_after = call.parameter("marker");
  const objects::ListPage page = co_await page_of(call, listing.request);
  const std::string owner = co_await owner_of(call);
  protocol::query::XmlWriter xml;
  xml.open("ListBucketResult", kXmlNamespace);
  write_request(xml, call, listing, page.truncated);
  xml.leaf("Marker", listing.shown(listing.request.start_after));
  if (page.truncated && !listing.request.delimiter.empty()) {
    xml.leaf("NextMarker", listing.shown(page.last));
  }
  write_page(xml, page, listing, owner);
  xml.close("ListBucketResult");
  co_await send_xml(answer_headers(call), xml.take(), writer);
}

Task<> list_objects_v2(Call& call, wire::ResponseWriter& writer) {
  if (call.parameter("list-type") != "2") {
    throw invalid_argument("Invalid List Type specified in Request", "list-type",
                           call.parameter("list-type"));
  }
  Listing listing = listing_of(call);
  listing.with_owner = call.parameter("fetch-owner") == "true";
  listing.request.start_after = call.parameter("start-after");
  listing.request.continuation = call.parameter("continuation-token");
  if (call.query.find("continuation-token") != nullptr && listing.request.continuation.empty()) {
    throw invalid_argument("The continuation token provided is incorrect", "continuation-token",
                           "");
  }
  const objects::ListPage page = co_await page_of(call, listing.request);
  std::string owner;
  if (listing.with_owner) owner = co_await owner_of(call);
  protocol::query::XmlWriter xml;
  xml.open("ListBucketResult", kXmlNamespace);
  write_request(xml, call, listing, page.truncated);
  xml.leaf("KeyCount", std::to_string(page.objects.size() + page.common_prefixes.size()));
  if (!listing.request.continuation.empty()) {
    xml.leaf("ContinuationToken", listing.request.continuation);
  }
  if (page.truncated) xml.leaf("NextContinuationToken", page.continuation);
  if (!listing.request.start_after.empty()) {
    xml.leaf("StartAfter", listing.shown(listing.request.start_after));
  }
  write_page(xml, page, listing, owner);
  xml.close("ListBucketResult");
  co_await send_xml(answer_headers(call), xml.take(), writer);
}

}  // namespace bedplate::operations::s3
