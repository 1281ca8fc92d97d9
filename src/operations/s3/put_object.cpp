// PutObject.
#include "operations/s3/access.hpp"
#include "operations/s3/object_headers.hpp"
#include "operations/s3/payload.hpp"
#include "operations/s3/routes.hpp"

namespace bedplate::operations::s3 {

Task<> put_object(Call& call, wire::ResponseWriter& writer) {
  refuse_unbuilt_headers(call);
  Payload& payload = *call.payload;
  if (!payload.size_bytes()) throw missing_content_length();
  objects::PutOptions options;
  options.headers = object_headers(call);
  options.metadata = user_metadata(call);
  options.tags = tags_in_header(call);
  options.checksum = payload.checksum_algorithm();
  options.content_sha256 = payload.content_sha256();
  options.size_bytes = payload.size_bytes();
  objects::CommitOptions commit;
  commit.content_md5 = payload.content_md5();
  commit.conditions = conditions_of(call);
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:PutObject", call.object_arn(), tag_keys(options.tags));
  if (!options.tags.empty()) {
    access.require("s3:PutObjectTagging", call.object_arn(), tag_keys(options.tags));
  }
  const std::unique_ptr<objects::ObjectWriter> object =
      co_await call.objects.put_object(call.address.bucket, call.address.key, std::move(options));
  co_await pour(payload, *object);
  commit.checksum = payload.checksum();
  const objects::ObjectInfo info = co_await object->commit(std::move(commit));
  wire::Headers headers = answer_headers(call);
  headers.add("ETag", quoted_etag(info.etag));
  add_checksums(info.checksums, headers);
  co_await send_nothing(200, std::move(headers), writer);
}

}  // namespace bedplate::operations::s3
