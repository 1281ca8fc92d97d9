// GetObject, HeadObject.
#include "operations/s3/access.hpp"
#include "operations/s3/object_headers.hpp"
#include "operations/s3/routes.hpp"

namespace bedplate::operations::s3 {
namespace {

void refuse_versions(const Call& call) {
  const std::string version = call.parameter("versionId");
  if (!version.empty() && version != "null") {
    throw invalid_argument("Invalid version id specified", "versionId", version);
  }
}

objects::GetOptions options_of(const Call& call) {
  objects::GetOptions options;
  options.conditions = conditions_of(call);
  // With If-Range a range is only wanted of the version that is meant; the whole is always right.
  const std::string range = call.header("range");
  if (call.header("if-range").empty()) options.range = objects::parse_range(range);
  options.part_number =
      static_cast<std::uint32_t>(number_parameter(call, "partNumber", 0, objects::kPartNumberMax));
  if (options.part_number > 0 && options.range) {
    throw invalid_request("Cannot specify both Range header and partNumber query parameter");
  }
  return options;
}

/// Who may not list a bucket is not told which objects are not in it.
[[noreturn]] void hide_or_tell(const Access& access, const Call& call,
                               const objects::ObjectsError& error) {
  if (error.kind == objects::ErrorKind::kNoSuchKey &&
      !access.allows("s3:ListBucket", call.bucket_arn())) {
    throw access_denied();
  }
  throw S3Error(s3_error(error).with("Key", call.address.key));
}

wire::ResponseHead head_of(const Call& call, const objects::ObjectInfo& info, objects::Span span,
                           bool partial, const objects::GetOptions& options) {
  wire::ResponseHead head;
  head.status = partial ? 206 : 200;
  head.headers = headers_of_object(call, info, !partial);
  if (partial) {
    head.headers.add("Content-Range", fmt::format("bytes {}-{}/{}", span.offset,
                                                  span.offset + span.bytes - 1, info.size_bytes));
  }
  if (options.part_number > 0 && info.parts_count > 0) {
    head.headers.add("x-amz-mp-parts-count", std::to_string(info.parts_count));
  }
  head.content_length = span.bytes;
  return head;
}

Task<Access> reading_access(Call& call) {
  refuse_versions(call);
  Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:GetObject", call.object_arn());
  co_return access;
}

bool is_partial(const objects::GetOptions& options, objects::Span span) {
  return span.bytes > 0 && (options.range.has_value() || options.part_number > 0);
}

}  // namespace

Task<> get_object(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await reading_access(call);
  const objects::GetOptions options = options_of(call);
  std::unique_ptr<objects::ObjectReader> object;
  std::optional<objects::ObjectsError> failure;
  try {
    object = co_await call.objects.get_object(call.address.bucket, call.address.key, options);
  } catch (const objects::ObjectsError& error) {
    failure = error;
  }
  if (failure) hide_or_tell(access, call, *failure);
  const objects::Span span = object->span();
  wire::ResponseHead head = head_of(call, object->info(), span, is_partial(options, span), options);
  co_await writer.start(std::move(head));
  std::uint64_t left_bytes = span.bytes;
  std::string piece = co_await object->read();
  while (!piece.empty() && piece.size() < left_bytes) {
    left_bytes -= piece.size();
    co_await writer.write(std::move(piece));
    piece = co_await object->read();
  }
  co_await writer.finish(std::move(piece));
}

Task<> head_object(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await reading_access(call);
  const objects::GetOptions options = options_of(call);
  objects::ObjectInfo info;
  std::optional<objects::ObjectsError> failure;
  try {
    info = co_await call.objects.head_object(call.address.bucket, call.address.key, options);
  } catch (const objects::ObjectsError& error) {
    failure = error;
  }
  if (failure) hide_or_tell(access, call, *failure);
  objects::Span span{0, info.size_bytes};
  if (options.range) span = objects::resolve_range(*options.range, info.size_bytes);
  wire::ResponseHead head =
      head_of(call, info, span, options.range.has_value() && span.bytes > 0, options);
  co_await writer.start(std::move(head));
  co_await writer.finish("");
}

}  // namespace bedplate::operations::s3
