// ListParts, ListMultipartUploads.
#include "base/bytes.hpp"
#include "operations/s3/access.hpp"
#include "operations/s3/object_headers.hpp"
#include "operations/s3/routes.hpp"

namespace bedplate::operations::s3 {
namespace {

constexpr std::uint64_t kPageMax = 1'000;

/// Keys that XML cannot carry are sent percent-encoded to who asks for that.
class KeyText {
 public:
  explicit KeyText(const Call& call) : url_(call.parameter("encoding-type") == "url") {}
  std::string operator()(const std::string& text) const {
    return url_ ? uri_encode(text, true) : text;
  }
  bool url() const { return url_; }

 private:
  bool url_;
};

std::size_t page_size(const Call& call, std::string_view name) {
  return static_cast<std::size_t>(
      std::min(kPageMax, number_parameter(call, name, kPageMax, 2'147'483'647)));
}

void write_party(protocol::query::XmlWriter& xml, std::string_view element,
                 std::string_view account) {
  xml.open(element);
  xml.leaf("ID", canonical_user_id(account));
  xml.close(element);
}

void write_kind(protocol::query::XmlWriter& xml, const objects::UploadInfo& upload) {
  xml.leaf("StorageClass", "STANDARD");
  if (!upload.checksum) return;
  xml.leaf("ChecksumAlgorithm", objects::checksum_name(*upload.checksum));
  const bool full = upload.checksum_type == objects::ChecksumType::kFullObject;
  xml.leaf("ChecksumType", full ? "FULL_OBJECT" : "COMPOSITE");
}

void write_part(protocol::query::XmlWriter& xml, const objects::PartInfo& part) {
  xml.open("Part");
  xml.leaf("PartNumber", std::to_string(part.number));
  xml.leaf("LastModified", format_iso8601_ms(part.last_modified));
  xml.leaf("ETag", quoted_etag(part.etag));
  xml.leaf("Size", std::to_string(part.size_bytes));
  for (const objects::Checksum& each : part.checksums) {
    xml.leaf("Checksum" + std::string(objects::checksum_name(each.algorithm)), each.value);
  }
  xml.close("Part");
}

void write_upload(protocol::query::XmlWriter& xml, const objects::UploadInfo& upload,
                  const KeyText& shown, std::string_view owner) {
  xml.open("Upload");
  xml.leaf("Key", shown(upload.key));
  xml.leaf("UploadId", upload.upload_id);
  write_party(xml, "Initiator", upload.initiator);
  write_party(xml, "Owner", owner);
  write_kind(xml, upload);
  xml.leaf("Initiated", format_iso8601_ms(upload.initiated));
  xml.close("Upload");
}

}  // namespace

Task<> list_parts(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:ListMultipartUploadParts", call.object_arn());
  const objects::BucketInfo bucket = co_await call.objects.head_bucket(call.address.bucket);
  const std::size_t most = page_size(call, "max-parts");
  const auto after =
      static_cast<std::uint32_t>(number_parameter(call, "part-number-marker", 0, 2'147'483'647));
  objects::UploadAddress upload{call.address.bucket, call.address.key, call.parameter("uploadId")};
  const objects::PartsPage page = co_await call.objects.list_parts(std::move(upload), after, most);
  const KeyText shown(call);
  protocol::query::XmlWriter xml;
  xml.open("ListPartsResult", kXmlNamespace);
  xml.leaf("Bucket", call.address.bucket);
  xml.leaf("Key", shown(call.address.key));
  xml.leaf("UploadId", page.upload.upload_id);
  write_party(xml, "Initiator", page.upload.initiator);
  write_party(xml, "Owner", bucket.owner);
  write_kind(xml, page.upload);
  xml.leaf("PartNumberMarker", std::to_string(after));
  if (!page.parts.empty()) {
    xml.leaf("NextPartNumberMarker", std::to_string(page.parts.back().number));
  }
  xml.leaf("MaxParts", std::to_string(most));
  xml.leaf("IsTruncated", page.truncated ? "true" : "false");
  for (const objects::PartInfo& part : page.parts) write_part(xml, part);
  xml.close("ListPartsResult");
  co_await send_xml(answer_headers(call), xml.take(), writer);
}

Task<> list_multipart_uploads(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:ListBucketMultipartUploads", call.bucket_arn());
  const objects::BucketInfo bucket = co_await call.objects.head_bucket(call.address.bucket);
  objects::ListUploadsRequest request;
  request.prefix = call.parameter("prefix");
  request.delimiter = call.parameter("delimiter");
  request.key_marker = call.parameter("key-marker");
  if (!request.key_marker.empty()) request.upload_id_marker = call.parameter("upload-id-marker");
  request.uploads_max = page_size(call, "max-uploads");
  const objects::UploadsPage page =
      co_await call.objects.list_multipart_uploads(call.address.bucket, request);
  const KeyText shown(call);
  protocol::query::XmlWriter xml;
  xml.open("ListMultipartUploadsResult", kXmlNamespace);
  xml.leaf("Bucket", call.address.bucket);
  xml.leaf("KeyMarker", shown(request.key_marker));
  xml.leaf("UploadIdMarker", request.upload_id_marker);
  if (page.truncated) {
    xml.leaf("NextKeyMarker", shown(page.next_key_marker));
    xml.leaf("NextUploadIdMarker", page.next_upload_id_marker);
  }
  xml.leaf("Prefix", shown(request.prefix));
  if (!request.delimiter.empty()) xml.leaf("Delimiter", shown(request.delimiter));
  xml.leaf("MaxUploads", std::to_string(request.uploads_max));
  if (shown.url()) xml.leaf("EncodingType", "url");
  xml.leaf("IsTruncated", page.truncated ? "true" : "false");
  for (const objects::UploadInfo& upload : page.uploads) {
    write_upload(xml, upload, shown, bucket.owner);
  }
  for (const std::string& prefix : page.common_prefixes) {
    xml.open("CommonPrefixes");
    xml.leaf("Prefix", shown(prefix));
    xml.close("CommonPrefixes");
  }
  xml.close("ListMultipartUploadsResult");
  co_await send_xml(answer_headers(call), xml.take(), writer);
}

}  // namespace bedplate::operations::s3
