// What is kept of an object beside its bytes, as a text.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "objects/object_info.hpp"

namespace bedplate::objects {

/// So many parts of one size, one after the other.
struct PartRun {
  std::uint64_t bytes = 0;
  std::uint32_t count = 0;
};

/// The ETag and the checksums hold for the content of this size and time of modification only: when
/// somebody edits the file, they no longer do, and the rest still does.
struct StoredAttributes {
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;
  std::string etag;
  std::vector<Checksum> checksums;
  ObjectHeaders headers;
  UserMetadata metadata;
  ObjectTags tags;
  std::vector<PartRun> parts;  ///< empty: not uploaded in parts
};

/// JSON in as few bytes as it takes: ext4 has room for less than 4 KiB beside a file.
std::string render_attributes(const StoredAttributes& attributes);
/// Nothing when it was not written by us.
std::optional<StoredAttributes> parse_attributes(std::string_view text);

boost::json::object render_headers(const ObjectHeaders& headers);
ObjectHeaders parse_headers(const boost::json::object& object);
boost::json::object render_texts(const std::map<std::string, std::string>& texts);
std::map<std::string, std::string> parse_texts(const boost::json::value& value);

}  // namespace bedplate::objects
