// CopyObject, UploadPartCopy.
#include "operations/s3/access.hpp"
#include "operations/s3/object_headers.hpp"
#include "operations/s3/payload.hpp"
#include "operations/s3/routes.hpp"

namespace bedplate::operations::s3 {
namespace {

constexpr std::string_view kSourcePrefix = "x-amz-copy-source-";

/// `COPY` or `REPLACE`, the default the first.
bool replaces(const Call& call, std::string_view header) {
  const std::string directive = call.header(header);
  if (directive.empty() || directive == "COPY") return false;
  if (directive == "REPLACE") return true;
  throw invalid_argument("Unknown directive.", header, directive);
}

std::string arn_of(const objects::ObjectAddress& object) {
  return "arn:aws:s3:::" + object.bucket + "/" + object.key;
}

void write_checksums(protocol::query::XmlWriter& xml,
                     const std::vector<objects::Checksum>& checksums) {
  for (const objects::Checksum& each : checksums) {
    xml.leaf("Checksum" + std::string(objects::checksum_name(each.algorithm)), each.value);
  }
}

/// Throws unless the caller may read the source and, where another bucket is written, that one.
Task<Access> copying_access(Call& call, objects::ObjectAddress source) {
  const Access reading = co_await Access::to_bucket(call, source.bucket);
  reading.require("s3:GetObject", arn_of(source));
  Access writing = co_await Access::to_bucket(call, call.address.bucket);
  co_return writing;
}

/// `x-amz-copy-source-range`: both ends must be named.
objects::ByteRange source_range(const Call& call, bool& given) {
  const std::string text = call.header("x-amz-copy-source-range");
  given = !text.empty();
  if (!given) return {};
  const auto range = objects::parse_range(text);
  if (!range || !range->first || !range->last) {
    throw invalid_argument(
        "The x-amz-copy-source-range value must be of the form bytes=first-last where first and "
        "last are the zero-based offsets of the first and last bytes to copy",
        "x-amz-copy-source-range", text);
  }
  return *range;
}

}  // namespace

Task<> copy_object(Call& call, wire::ResponseWriter& writer) {
  refuse_unbuilt_headers(call);
  objects::CopyRequest request;
  request.source = copy_source(call);
  request.source_conditions = conditions_of(call, kSourcePrefix);
  request.target = {call.address.bucket, call.address.key};
  request.conditions = conditions_of(call);
  request.replace_metadata = replaces(call, "x-amz-metadata-directive");
  if (request.replace_metadata) {
    request.headers = object_headers(call);
    request.metadata = user_metadata(call);
  }
  request.replace_tags = replaces(call, "x-amz-tagging-directive");
  if (request.replace_tags) request.tags = tags_in_header(call);
  request.checksum = checksum_algorithm_wanted(call);
  const Access access = co_await copying_access(call, request.source);
  access.require("s3:PutObject", call.object_arn(), tag_keys(request.tags));
  if (!request.tags.empty()) {
    access.require("s3:PutObjectTagging", call.object_arn(), tag_keys(request.tags));
  }
  const objects::ObjectInfo info = co_await call.objects.copy_object(std::move(request));
  protocol::query::XmlWriter xml;
  xml.open("CopyObjectResult", kXmlNamespace);
  xml.leaf("LastModified", format_iso8601_ms(info.last_modified));
  xml.leaf("ETag", quoted_etag(info.etag));
  write_checksums(xml, info.checksums);
  xml.close("CopyObjectResult");
  co_await send_xml(answer_headers(call), xml.take(), writer);
}

Task<> upload_part_copy(Call& call, wire::ResponseWriter& writer) {
  refuse_unbuilt_headers(call);
  objects::PartCopyRequest request;
  request.source = copy_source(call);
  request.source_conditions = conditions_of(call, kSourcePrefix);
  bool ranged = false;
  const objects::ByteRange range = source_range(call, ranged);
  if (ranged) request.range = range;
  request.upload = {call.address.bucket, call.address.key, call.parameter("uploadId")};
  request.part_number = part_number_of(call);
  const Access access = co_await copying_access(call, request.source);
  access.require("s3:PutObject", call.object_arn());
  const objects::PartInfo part = co_await call.objects.upload_part_copy(std::move(request));
  protocol::query::XmlWriter xml;
  xml.open("CopyPartResult", kXmlNamespace);
  xml.leaf("LastModified", format_iso8601_ms(part.last_modified));
  xml.leaf("ETag", quoted_etag(part.etag));
  write_checksums(xml, part.checksums);
  xml.close("CopyPartResult");
  co_await send_xml(answer_headers(call), xml.take(), writer);
}

}  // namespace bedplate::operations::s3
