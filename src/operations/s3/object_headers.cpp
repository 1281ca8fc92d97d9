#include "operations/s3/object_headers.hpp"

#include <time.h>

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "operations/s3/payload.hpp"

namespace bedplate::operations::s3 {
namespace {

constexpr std::string_view kMetadataPrefix = "x-amz-meta-";
constexpr std::size_t kTagsMax = 10;
constexpr std::size_t kTagKeyCharactersMax = 128;
constexpr std::size_t kTagValueCharactersMax = 256;

// Headers, and beginnings of headers, that ask for what is not built.
constexpr std::array<std::string_view, 8> kUnbuiltPrefixes{
    "x-amz-server-side-encryption",
    "x-amz-copy-source-server-side-encryption",
    "x-amz-object-lock-",
    "x-amz-bucket-object-lock-",
    "x-amz-website-redirect-location",
    "x-amz-write-offset-bytes",
    "x-amz-mfa",
    "x-amz-bypass-governance-retention"};

// The overrides of GET, with the header that each sets.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kOverrides{{
    {"response-content-type", "Content-Type"},
    {"response-content-language", "Content-Language"},
    {"response-expires", "Expires"},
    {"response-cache-control", "Cache-Control"},
    {"response-content-disposition", "Content-Disposition"},
    {"response-content-encoding", "Content-Encoding"},
}};

// Tue, 15 Nov 1994 12:45:26 GMT. What is no date is no condition, as RFC 9110 has it.
std::optional<Timestamp> http_date(const std::string& text) {
  tm parts{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return Timestamp(std::chrono::seconds(::timegm(&parts)));
}

std::string without_chunked(std::string_view encoding) {
  std::string out;
  while (!encoding.empty()) {
    const std::size_t comma = encoding.find(',');
    const std::string_view each = trimmed(encoding.substr(0, comma));
    if (!each.empty() && !wire::equal_ignoring_case(each, "aws-chunked")) {
      if (!out.empty()) out += ',';
      out += each;
    }
    if (comma == std::string_view::npos) break;
    encoding.remove_prefix(comma + 1);
  }
  return out;
}

void add(wire::Headers& headers, std::string_view name, const std::string& value) {
  if (!value.empty()) headers.add(std::string(name), value);
}

const std::string& stored(const objects::ObjectHeaders& headers, std::string_view name) {
  if (name == "Content-Type") return headers.content_type;
  if (name == "Content-Language") return headers.content_language;
  if (name == "Expires") return headers.expires;
  if (name == "Cache-Control") return headers.cache_control;
  if (name == "Content-Disposition") return headers.content_disposition;
  return headers.content_encoding;
}

S3Error invalid_tag(const std::string& message) {
  return {"InvalidTag", 400, message};
}

}  // namespace

void refuse_unbuilt_headers(const Call& call) {
  for (const std::string_view prefix : kUnbuiltPrefixes) {
    const auto found = call.headers_below(prefix);
    if (!found.empty()) throw not_implemented_header(found.front().first);
  }
  const std::string storage_class = call.header("x-amz-storage-class");
  if (!storage_class.empty() && storage_class != "STANDARD") {
    throw not_implemented_header("x-amz-storage-class");
  }
  // As in buckets whose owner enforces ownership, which S3 makes by default.
  const std::string acl = call.header("x-amz-acl");
  const bool owners = acl.empty() || acl == "private" || acl == "bucket-owner-full-control";
  if (!owners || !call.headers_below("x-amz-grant-").empty()) {
    throw S3Error("AccessControlListNotSupported", 400, "The bucket does not allow ACLs");
  }
}

objects::ObjectHeaders object_headers(const Call& call) {
  const auto text = [&](std::string_view name) {
    return std::string(call.request.headers.get(name));
  };
  objects::ObjectHeaders headers;
  headers.content_type = text("content-type");
  headers.content_encoding = without_chunked(text("content-encoding"));
  headers.content_disposition = text("content-disposition");
  headers.content_language = text("content-language");
  headers.cache_control = text("cache-control");
  headers.expires = text("expires");
  return headers;
}

objects::UserMetadata user_metadata(const Call& call) {
  objects::UserMetadata metadata;
  std::size_t bytes = 0;
  for (const auto& [header, value] : call.headers_below(kMetadataPrefix)) {
    const std::string name = header.substr(kMetadataPrefix.size());
    if (!is_valid_utf8(value) || !is_valid_utf8(name)) {
      throw invalid_argument("Metadata must be UTF-8.", header, "");
    }
    bytes += name.size() + value.size();
    std::string& present = metadata[name];
    present = present.empty() ? value : present + "," + value;
  }
  if (bytes > objects::kMetadataBytesMax) {
    throw S3Error("MetadataTooLarge", 400,
                  "Your metadata headers exceed the maximum allowed metadata size")
        .with("Size", std::to_string(bytes))
        .with("MaxSizeAllowed", std::to_string(objects::kMetadataBytesMax));
  }
  return metadata;
}

objects::ObjectTags tags_in_header(const Call& call) {
  const std::string text = call.header("x-amz-tagging");
  objects::ObjectTags tags;
  if (text.empty()) return tags;
  try {
    const auto parameters = protocol::query::Parameters::parse(text);
    for (const protocol::query::Parameter& each : parameters.below("")) {
      tags.emplace(each.name, each.value);
    }
  } catch (const ApiError&) {
    throw invalid_argument(
        "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded "
        "URL query parameters without tag name duplicates.",
        "x-amz-tagging", "");
  }
  check_tags(tags);
  return tags;
}

void check_tags(const objects::ObjectTags& tags) {
  if (tags.size() > kTagsMax) {
    throw S3Error("BadRequest", 400, "Object tags cannot be greater than 10");
  }
  for (const auto& [key, value] : tags) {
    if (key.empty() || !is_valid_utf8(key) || count_characters(key) > kTagKeyCharactersMax ||
        key.starts_with("aws:")) {
      throw invalid_tag("The TagKey you have provided is invalid");
    }
    if (!is_valid_utf8(value) || count_characters(value) > kTagValueCharactersMax) {
      throw invalid_tag("The TagValue you have provided is invalid");
    }
  }
}

ConditionKeys tag_keys(const objects::ObjectTags& tags) {
  ConditionKeys keys;
  for (const auto& [key, value] : tags) {
    keys.emplace_back("s3:RequestObjectTag/" + key, value);
    keys.emplace_back("s3:RequestObjectTagKeys", key);
  }
  return keys;
}

objects::Conditions conditions_of(const Call& call, std::string_view prefix) {
  const auto text = [&](std::string_view name) -> std::optional<std::string> {
    std::string value = call.header(std::string(prefix) + std::string(name));
    if (value.empty()) return std::nullopt;
    return value;
  };
  const auto date = [&](std::string_view name) -> std::optional<Timestamp> {
    const auto value = text(name);
    return value ? http_date(*value) : std::nullopt;
  };
  objects::Conditions conditions;
  conditions.if_match = text("if-match");
  conditions.if_none_match = text("if-none-match");
  conditions.if_modified_since = date("if-modified-since");
  conditions.if_unmodified_since = date("if-unmodified-since");
  return conditions;
}

void add_checksums(const std::vector<objects::Checksum>& checksums, wire::Headers& headers) {
  for (const objects::Checksum& each : checksums) {
    headers.add(checksum_header_name(each.algorithm), each.value);
    const bool full = each.type == objects::ChecksumType::kFullObject;
    headers.add("x-amz-checksum-type", full ? "FULL_OBJECT" : "COMPOSITE");
  }
}

wire::Headers headers_of_object(const Call& call, const objects::ObjectInfo& info, bool whole) {
  wire::Headers headers = answer_headers(call);
  headers.add("Last-Modified", format_http_date(info.last_modified));
  headers.add("ETag", quoted_etag(info.etag));
  headers.add("Accept-Ranges", "bytes");
  for (const auto& [parameter, name] : kOverrides) {
    const std::string chosen = call.parameter(parameter);
    const std::string& value = chosen.empty() ? stored(info.headers, name) : chosen;
    const bool sendable = value.find_first_of(std::string_view("\r\n\0", 3)) == value.npos;
    if (!sendable) throw invalid_argument("A header cannot hold a line end.", parameter, "");
    add(headers, name, value);
  }
  for (const auto& [name, value] : info.metadata) {
    headers.add(std::string(kMetadataPrefix) + name, value);
  }
  if (!info.tags.empty()) headers.add("x-amz-tagging-count", std::to_string(info.tags.size()));
  if (whole && call.header("x-amz-checksum-mode") == "ENABLED") {
    add_checksums(info.checksums, headers);
  }
  return headers;
}

std::string quoted_etag(std::string_view etag) {
  return '"' + std::string(etag) + '"';
}

objects::ObjectAddress copy_source(const Call& call) {
  const std::string given = call.header("x-amz-copy-source");
  const auto refuse = [&](const std::string& message) {
    return invalid_argument(message, "x-amz-copy-source", given);
  };
  const std::size_t mark = given.find('?');
  if (mark != std::string::npos && given.substr(mark) != "?versionId=null") {
    throw refuse("Invalid version id specified");
  }
  const std::optional<std::string> decoded = uri_decode(given.substr(0, mark));
  if (!decoded) throw refuse("Copy Source must mention the source bucket and key");
  std::string_view path = *decoded;
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::size_t slash = path.find('/');
  if (path.starts_with("arn:") || slash == 0 || slash == std::string_view::npos ||
      slash + 1 == path.size()) {
    throw refuse("Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  }
  return {std::string(path.substr(0, slash)), std::string(path.substr(slash + 1))};
}

std::optional<objects::ChecksumAlgorithm> checksum_algorithm_wanted(const Call& call) {
  for (const std::string_view name : {"x-amz-checksum-algorithm", "x-amz-sdk-checksum-algorithm"}) {
    const std::string text = call.header(name);
    if (text.empty()) continue;
    const auto algorithm = objects::find_checksum_algorithm(text);
    if (!algorithm) throw not_implemented_header(name);
    return algorithm;
  }
  return std::nullopt;
}

}  // namespace bedplate::operations::s3
