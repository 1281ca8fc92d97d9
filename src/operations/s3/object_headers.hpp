// What the headers of a request say about an object, and what is said about one in an answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "objects/objects.hpp"
#include "operations/s3/access.hpp"
#include "operations/s3/call.hpp"

namespace bedplate::operations::s3 {

/// Throws S3Error for a header that asks for what is not built (encryption, locks, storage classes,
/// ACLs, redirects): it must not be dropped in silence.
void refuse_unbuilt_headers(const Call& call);

/// Content-Type and the like. `aws-chunked` is how the body was sent, not what the object is.
objects::ObjectHeaders object_headers(const Call& call);

/// `x-amz-meta-…`. Repeated headers are joined by ','.
objects::UserMetadata user_metadata(const Call& call);

/// `x-amz-tagging`: a query string. Throws S3Error InvalidArgument, InvalidTag.
objects::ObjectTags tags_in_header(const Call& call);
/// Throws S3Error InvalidTag, BadRequest.
void check_tags(const objects::ObjectTags& tags);
/// s3:RequestObjectTag/… and s3:RequestObjectTagKeys
ConditionKeys tag_keys(const objects::ObjectTags& tags);

/// `If-Match` and the like. @param prefix  `x-amz-copy-source-` for those of a copy's source
objects::Conditions conditions_of(const Call& call, std::string_view prefix = "");

/// `x-amz-checksum-…` and `x-amz-checksum-type`.
void add_checksums(const std::vector<objects::Checksum>& checksums, wire::Headers& headers);

/// Everything that GET and HEAD tell of an object but the length.
/// @param whole  no range or part was asked for: checksums are told when they are wanted
wire::Headers headers_of_object(const Call& call, const objects::ObjectInfo& info, bool whole);

/// With quotes, as headers and documents have it.
std::string quoted_etag(std::string_view etag);

/// `bucket/key` of `x-amz-copy-source`. Throws S3Error InvalidArgument.
objects::ObjectAddress copy_source(const Call& call);

/// `x-amz-checksum-algorithm` or `x-amz-sdk-checksum-algorithm`. Throws S3Error InvalidRequest.
std::optional<objects::ChecksumAlgorithm> checksum_algorithm_wanted(const Call& call);

}  // namespace bedplate::operations::s3
