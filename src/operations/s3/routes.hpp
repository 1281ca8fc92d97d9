// Which of S3's operations a request is for.
#pragma once

#include <string>
#include <string_view>

#include "operations/s3/call.hpp"

namespace bedplate::operations::s3 {

/// Answers one request. Throws S3Error, ObjectsError and ApiError before it has begun to answer.
using Operation = Task<> (*)(Call& call, wire::ResponseWriter& writer);

struct Route {
  std::string name;               ///< as S3's API reference has it: PutObject
  Operation operation = nullptr;  ///< none: it is not built
  bool data_event = false;        ///< CloudTrail counts it among the data events
  bool read_only = false;
};

/// By method, by whether a bucket and a key are named, and by the query's sub-resource
/// (`?uploads`). What no operation of S3 has is S3Error MethodNotAllowed.
Route route(std::string_view method, const Address& address,
            const protocol::query::Parameters& query, bool copies);

// The operations, one line each.
Task<> list_buckets(Call& call, wire::ResponseWriter& writer);
Task<> create_bucket(Call& call, wire::ResponseWriter& writer);
Task<> head_bucket(Call& call, wire::ResponseWriter& writer);
Task<> delete_bucket(Call& call, wire::ResponseWriter& writer);
Task<> get_bucket_location(Call& call, wire::ResponseWriter& writer);
Task<> get_bucket_versioning(Call& call, wire::ResponseWriter& writer);
Task<> get_bucket_policy(Call& call, wire::ResponseWriter& writer);
Task<> put_bucket_policy(Call& call, wire::ResponseWriter& writer);
Task<> delete_bucket_policy(Call& call, wire::ResponseWriter& writer);
Task<> list_objects(Call& call, wire::ResponseWriter& writer);
Task<> list_objects_v2(Call& call, wire::ResponseWriter& writer);
Task<> put_object(Call& call, wire::ResponseWriter& writer);
Task<> get_object(Call& call, wire::ResponseWriter& writer);
Task<> head_object(Call& call, wire::ResponseWriter& writer);
Task<> copy_object(Call& call, wire::ResponseWriter& writer);
Task<> delete_object(Call& call, wire::ResponseWriter& writer);
Task<> delete_objects(Call& call, wire::ResponseWriter& writer);
Task<> get_object_tagging(Call& call, wire::ResponseWriter& writer);
Task<> put_object_tagging(Call& call, wire::ResponseWriter& writer);
Task<> delete_object_tagging(Call& call, wire::ResponseWriter& writer);
Task<> create_multipart_upload(Call& call, wire::ResponseWriter& writer);
Task<> upload_part(Call& call, wire::ResponseWriter& writer);
Task<> upload_part_copy(Call& call, wire::ResponseWriter& writer);
Task<> complete_multipart_upload(Call& call, wire::ResponseWriter& writer);
Task<> abort_multipart_upload(Call& call, wire::ResponseWriter& writer);
Task<> list_parts(Call& call, wire::ResponseWriter& writer);
Task<> list_multipart_uploads(Call& call, wire::ResponseWriter& writer);

}  // namespace bedplate::operations::s3
