// CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload.
#include <charconv>

#include "operations/s3/access.hpp"
#include "operations/s3/object_headers.hpp"
#include "operations/s3/payload.hpp"
#include "operations/s3/routes.hpp"
#include "operations/s3/xml_document.hpp"

namespace bedplate::operations::s3 {
namespace {

constexpr std::size_t kDocumentBytesMax = 8 * 1024 * 1024;

objects::UploadAddress upload_of(const Call& call) {
  return {call.address.bucket, call.address.key, call.parameter("uploadId")};
}

objects::ChecksumType checksum_type_of(const Call& call,
                                       std::optional<objects::ChecksumAlgorithm> algorithm) {
  using objects::ChecksumAlgorithm;
  const std::string text = call.header("x-amz-checksum-type");
  const bool crc64 = algorithm == ChecksumAlgorithm::kCrc64Nvme;
  if (text.empty()) {
    return crc64 ? objects::ChecksumType::kFullObject : objects::ChecksumType::kComposite;
  }
  const bool full = text == "FULL_OBJECT";
  const bool sha = algorithm == ChecksumAlgorithm::kSha1 || algorithm == ChecksumAlgorithm::kSha256;
  if ((!full && text != "COMPOSITE") || !algorithm || (full && sha) || (!full && crc64)) {
    throw invalid_request(
        "The checksum type does not fit the checksum algorithm of the multipart upload.");
  }
  return full ? objects::ChecksumType::kFullObject : objects::ChecksumType::kComposite;
}

/// The part's checksum, whichever algorithm it is of.
std::optional<std::string> checksum_in(const XmlElement& part) {
  for (const XmlElement& child : part.children) {
    if (child.name.starts_with("Checksum") && !child.text.empty()) return child.text;
  }
  return std::nullopt;
}

std::vector<objects::CompletedPart> parts_in(const XmlElement& root) {
  std::vector<objects::CompletedPart> parts;
  for (const XmlElement& element : root.children) {
    if (element.name != "Part") continue;
    objects::CompletedPart part;
    const std::string_view number = element.text_of("PartNumber");
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), part.number);
    if (error != std::errc{} || end != number.data() + number.size() || part.number < 1 ||
        part.number > objects::kPartNumberMax) {
      throw malformed_xml();
    }
    part.etag = element.text_of("ETag");
    part.checksum = checksum_in(element);
    parts.push_back(std::move(part));
  }
  if (parts.empty() || parts.size() > objects::kPartNumberMax) throw malformed_xml();
  return parts;
}

void write_place(protocol::query::XmlWriter& xml, const Call& call) {
  xml.leaf("Bucket", call.address.bucket);
  xml.leaf("Key", call.address.key);
}

std::optional<std::uint64_t> object_size_of(const Call& call) {
  const std::string text = call.header("x-amz-mp-object-size");
  if (text.empty()) return std::nullopt;
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw invalid_request("Value for x-amz-mp-object-size header is invalid.");
  }
  return size;
}

}  // namespace

Task<> create_multipart_upload(Call& call, wire::ResponseWriter& writer) {
  refuse_unbuilt_headers(call);
  objects::UploadOptions options;
  options.headers = object_headers(call);
  options.metadata = user_metadata(call);
  options.tags = tags_in_header(call);
  options.checksum = checksum_algorithm_wanted(call);
  options.checksum_type = checksum_type_of(call, options.checksum);
  options.initiator = call.context.principal.account_id;
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:PutObject", call.object_arn(), tag_keys(options.tags));
  if (!options.tags.empty()) {
    access.require("s3:PutObjectTagging", call.object_arn(), tag_keys(options.tags));
  }
  const objects::UploadInfo upload = co_await call.objects.create_multipart_upload(
      call.address.bucket, call.address.key, std::move(options));
  wire::Headers headers = answer_headers(call);
  if (upload.checksum) {
    headers.add("x-amz-checksum-algorithm", std::string(objects::checksum_name(*upload.checksum)));
    const bool full = upload.checksum_type == objects::ChecksumType::kFullObject;
    headers.add("x-amz-checksum-type", full ? "FULL_OBJECT" : "COMPOSITE");
  }
  protocol::query::XmlWriter xml;
  xml.open("InitiateMultipartUploadResult", kXmlNamespace);
  write_place(xml, call);
  xml.leaf("UploadId", upload.upload_id);
  xml.close("InitiateMultipartUploadResult");
  co_await send_xml(std::move(headers), xml.take(), writer);
}

Task<> upload_part(Call& call, wire::ResponseWriter& writer) {
  refuse_unbuilt_headers(call);
  Payload& payload = *call.payload;
  if (!payload.size_bytes()) throw missing_content_length();
  const std::uint32_t number = part_number_of(call);
  objects::PutOptions options;
  options.checksum = payload.checksum_algorithm();
  options.content_sha256 = payload.content_sha256();
  options.size_bytes = payload.size_bytes();
  objects::CommitOptions commit;
  commit.content_md5 = payload.content_md5();
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:PutObject", call.object_arn());
  objects::UploadAddress upload = upload_of(call);
  const std::unique_ptr<objects::ObjectWriter> part =
      co_await call.objects.upload_part(std::move(upload), number, std::move(options));
  co_await pour(payload, *part);
  commit.checksum = payload.checksum();
  const objects::ObjectInfo info = co_await part->commit(std::move(commit));
  wire::Headers headers = answer_headers(call);
  headers.add("ETag", quoted_etag(info.etag));
  for (const objects::Checksum& each : info.checksums) {
    headers.add(checksum_header_name(each.algorithm), each.value);
  }
  co_await send_nothing(200, std::move(headers), writer);
}

Task<> complete_multipart_upload(Call& call, wire::ResponseWriter& writer) {
  refuse_unbuilt_headers(call);
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:PutObject", call.object_arn());
  // The headers with a checksum are of the object here, not of the document.
  const std::string document = co_await read_document(call, kDocumentBytesMax, false);
  objects::CompleteOptions options;
  options.parts = parts_in(read_xml(document, "CompleteMultipartUpload"));
  options.checksum = call.payload->checksum();
  options.size_bytes = object_size_of(call);
  options.conditions = conditions_of(call);
  objects::UploadAddress upload = upload_of(call);
  const objects::ObjectInfo info =
      co_await call.objects.complete_multipart_upload(std::move(upload), std::move(options));
  protocol::query::XmlWriter xml;
  xml.open("CompleteMultipartUploadResult", kXmlNamespace);
  xml.leaf("Location", std::string(call.request.path()));
  write_place(xml, call);
  xml.leaf("ETag", quoted_etag(info.etag));
  for (const objects::Checksum& each : info.checksums) {
    xml.leaf("Checksum" + std::string(objects::checksum_name(each.algorithm)), each.value);
    const bool full = each.type == objects::ChecksumType::kFullObject;
    xml.leaf("ChecksumType", full ? "FULL_OBJECT" : "COMPOSITE");
  }
  xml.close("CompleteMultipartUploadResult");
  co_await send_xml(answer_headers(call), xml.take(), writer);
}

Task<> abort_multipart_upload(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:AbortMultipartUpload", call.object_arn());
  objects::UploadAddress upload = upload_of(call);
  co_await call.objects.abort_multipart_upload(std::move(upload));
  co_await send_nothing(204, answer_headers(call), writer);
}

}  // namespace bedplate::operations::s3
