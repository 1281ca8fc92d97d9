// ListBuckets, CreateBucket, HeadBucket, DeleteBucket, GetBucketLocation, GetBucketVersioning.
#include <algorithm>

#include "base/bytes.hpp"
#include "identity/signature_claim.hpp"
#include "operations/s3/access.hpp"
#include "operations/s3/object_headers.hpp"
#include "operations/s3/routes.hpp"
#include "operations/s3/xml_document.hpp"

namespace bedplate::operations::s3 {
namespace {

constexpr std::uint64_t kBucketsMax = 10'000;
constexpr std::size_t kLocationBytesMax = 64 * 1024;
constexpr std::string_view kDefaultRegion = "us-east-1";  // it has no LocationConstraint

void write_owner(protocol::query::XmlWriter& xml, std::string_view account_id) {
  xml.open("Owner");
  xml.leaf("ID", canonical_user_id(account_id));
  xml.close("Owner");
}

/// The region that a CreateBucketConfiguration names; empty: none.
std::string constraint_in(const std::string& document) {
  if (document.empty()) return {};
  const XmlElement root = read_xml(document, "CreateBucketConfiguration");
  for (const std::string_view unbuilt : {"Bucket", "Location"}) {
    if (root.find(unbuilt) != nullptr) throw not_implemented_operation("CreateBucket (directory)");
  }
  if (root.find("Tags") != nullptr) throw not_implemented_operation("CreateBucket (tags)");
  std::string region(root.text_of("LocationConstraint"));
  if (region == "EU") return "eu-west-1";
  if (!region.empty() && !identity::is_region_name(region)) {
    throw S3Error("InvalidLocationConstraint", 400,
                  "The specified location-constraint is not valid");
  }
  return region;
}

}  // namespace

Task<> list_buckets(Call& call, wire::ResponseWriter& writer) {
  Access::to_account(call).require("s3:ListAllMyBuckets", "arn:aws:s3:::*");
  const std::uint64_t most = number_parameter(call, "max-buckets", kBucketsMax, kBucketsMax);
  const std::string prefix = call.parameter("prefix");
  const std::string region = call.parameter("bucket-region");
  const auto after = base64_decode(call.parameter("continuation-token"));
  if (!after) {
    throw invalid_argument("The continuation token provided is incorrect", "continuation-token",
                           call.parameter("continuation-token"));
  }
  const std::string& account = call.context.principal.account_id;
  std::vector<objects::BucketInfo> buckets = co_await call.objects.list_buckets(account);
  std::erase_if(buckets, [&](const objects::BucketInfo& bucket) {
    return !bucket.name.starts_with(prefix) || bucket.name <= *after ||
           (!region.empty() && bucket.region != region);
  });
  const bool truncated = buckets.size() > most;
  if (truncated) buckets.resize(most);
  protocol::query::XmlWriter xml;
  xml.open("ListAllMyBucketsResult", kXmlNamespace);
  write_owner(xml, account);
  xml.open("Buckets");
  for (const objects::BucketInfo& bucket : buckets) {
    xml.open("Bucket");
    xml.leaf("Name", bucket.name);
    xml.leaf("CreationDate", format_iso8601_ms(bucket.created));
    xml.leaf("BucketRegion", bucket.region);
    xml.close("Bucket");
  }
  xml.close("Buckets");
  if (!prefix.empty()) xml.leaf("Prefix", prefix);
  if (truncated && !buckets.empty()) {
    xml.leaf("ContinuationToken", base64_encode(buckets.back().name));
  }
  xml.close("ListAllMyBucketsResult");
  co_await send_xml(answer_headers(call), xml.take(), writer);
}

Task<> create_bucket(Call& call, wire::ResponseWriter& writer) {
  refuse_unbuilt_headers(call);
  const std::string ownership = call.header("x-amz-object-ownership");
  if (!ownership.empty() && ownership != "BucketOwnerEnforced") {
    throw not_implemented_header("x-amz-object-ownership");
  }
  const identity::Principal& principal = call.context.principal;
  const std::string document = co_await read_document(call, kLocationBytesMax);
  const std::string constraint = constraint_in(document);
  ConditionKeys keys;
  if (!constraint.empty()) keys.emplace_back("s3:LocationConstraint", constraint);
  Access::to_account(call).require("s3:CreateBucket", call.bucket_arn(), keys);
  const std::string region = constraint.empty() ? principal.region : constraint;
  try {
    co_await call.objects.create_bucket(call.address.bucket, principal.account_id, region);
  } catch (const objects::ObjectsError& error) {
    // In this one region S3 says yes to whoever has the bucket already.
    const bool own = error.kind == objects::ErrorKind::kBucketAlreadyOwnedByYou;
    if (!own || region != kDefaultRegion) throw;
  }
  wire::Headers headers = answer_headers(call);
  headers.add("Location", "/" + call.address.bucket);
  headers.add("x-amz-bucket-arn", call.bucket_arn());
  co_await send_nothing(200, std::move(headers), writer);
}

Task<> head_bucket(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:ListBucket", call.bucket_arn());
  const objects::BucketInfo info = co_await call.objects.head_bucket(call.address.bucket);
  wire::Headers headers = answer_headers(call);
  headers.add("x-amz-bucket-region", info.region);
  headers.add("x-amz-bucket-arn", call.bucket_arn());
  headers.add("x-amz-access-point-alias", "false");
  co_await send_nothing(200, std::move(headers), writer);
}

Task<> delete_bucket(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:DeleteBucket", call.bucket_arn());
  co_await call.objects.delete_bucket(call.address.bucket);
  co_await send_nothing(204, answer_headers(call), writer);
}

Task<> get_bucket_location(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:GetBucketLocation", call.bucket_arn());
  const objects::BucketInfo info = co_await call.objects.head_bucket(call.address.bucket);
  std::string xml = fmt::format("<LocationConstraint xmlns=\"{}\"/>", kXmlNamespace);
  if (info.region != kDefaultRegion) {
    xml = fmt::format("<LocationConstraint xmlns=\"{}\">{}</LocationConstraint>", kXmlNamespace,
                      info.region);
  }
  co_await send_xml(answer_headers(call), std::move(xml), writer);
}

// No bucket here was ever versioned, which S3 says like this.
Task<> get_bucket_versioning(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:GetBucketVersioning", call.bucket_arn());
  co_await call.objects.head_bucket(call.address.bucket);
  std::string xml = fmt::format("<VersioningConfiguration xmlns=\"{}\"/>", kXmlNamespace);
  co_await send_xml(answer_headers(call), std::move(xml), writer);
}

}  // namespace bedplate::operations::s3
