#include "objects/local/stored_attributes.hpp"

#include <boost/json.hpp>

#include "base/log.hpp"

namespace bedplate::objects {
namespace json = boost::json;
namespace {

struct HeaderName {
  const char* name;
  std::string ObjectHeaders::*member;
};
constexpr HeaderName kHeaders[] = {
    {"type", &ObjectHeaders::content_type},
    {"encoding", &ObjectHeaders::content_encoding},
    {"disposition", &ObjectHeaders::content_disposition},
    {"language", &ObjectHeaders::content_language},
    {"cache", &ObjectHeaders::cache_control},
    {"expires", &ObjectHeaders::expires},
};

std::string text_of(const json::value& value) {
  return std::string(std::string_view(value.as_string()));
}

json::array render_checksums(const std::vector<Checksum>& checksums) {
  json::array out;
  for (const Checksum& checksum : checksums) {
    json::object item;
    item["name"] = checksum_name(checksum.algorithm);
    item["value"] = checksum.value;
    if (checksum.type == ChecksumType::kComposite) item["composite"] = true;
    out.push_back(std::move(item));
  }
  return out;
}

std::vector<Checksum> parse_checksums(const json::array& list) {
  std::vector<Checksum> out;
  for (const json::value& entry : list) {
    const json::object& item = entry.as_object();
    const auto algorithm = find_checksum_algorithm(text_of(item.at("name")));
    if (!algorithm) continue;
    out.push_back(
        {*algorithm, text_of(item.at("value")),
         item.contains("composite") ? ChecksumType::kComposite : ChecksumType::kFullObject});
  }
  return out;
}

json::array render_parts(const std::vector<PartRun>& parts) {
  json::array out;
  for (const PartRun& run : parts) {
    out.push_back(run.bytes);
    out.push_back(run.count);
  }
  return out;
}

std::vector<PartRun> parse_parts(const json::array& list) {
  std::vector<PartRun> out;
  for (std::size_t i = 0; i + 1 < list.size(); i += 2) {
    out.push_back({list[i].to_number<std::uint64_t>(), list[i + 1].to_number<std::uint32_t>()});
  }
  return out;
}

StoredAttributes read(const json::object& object) {
  StoredAttributes out;
  out.size_bytes = object.at("size").to_number<std::uint64_t>();
  out.modified_ns = object.at("mtime").to_number<std::int64_t>();
  out.etag = text_of(object.at("etag"));
  if (const json::value* list = object.if_contains("sums")) {
    out.checksums = parse_checksums(list->as_array());
  }
  if (const json::value* headers = object.if_contains("headers")) {
    out.headers = parse_headers(headers->as_object());
  }
  if (const json::value* texts = object.if_contains("meta")) out.metadata = parse_texts(*texts);
  if (const json::value* texts = object.if_contains("tags")) out.tags = parse_texts(*texts);
  if (const json::value* parts = object.if_contains("parts")) {
    out.parts = parse_parts(parts->as_array());
  }
  return out;
}

}  // namespace

json::object render_headers(const ObjectHeaders& headers) {
  json::object out;
  for (const auto& [name, member] : kHeaders) {
    if (!(headers.*member).empty()) out[name] = headers.*member;
  }
  return out;
}

ObjectHeaders parse_headers(const json::object& object) {
  ObjectHeaders out;
  for (const auto& [name, member] : kHeaders) {
    if (const json::value* value = object.if_contains(name)) out.*member = text_of(*value);
  }
  return out;
}

json::object render_texts(const std::map<std::string, std::string>& texts) {
  json::object out;
  for (const auto& [name, value] : texts) out[name] = value;
  return out;
}

std::map<std::string, std::string> parse_texts(const json::value& value) {
  std::map<std::string, std::string> out;
  for (const auto& [name, text] : value.as_object()) out[std::string(name)] = text_of(text);
  return out;
}

std::string render_attributes(const StoredAttributes& attributes) {
  json::object out;
  out["size"] = attributes.size_bytes;
  out["mtime"] = attributes.modified_ns;
  out["etag"] = attributes.etag;
  if (!attributes.checksums.empty()) out["sums"] = render_checksums(attributes.checksums);
  json::object headers = render_headers(attributes.headers);
  if (!headers.empty()) out["headers"] = std::move(headers);
  if (!attributes.metadata.empty()) out["meta"] = render_texts(attributes.metadata);
  if (!attributes.tags.empty()) out["tags"] = render_texts(attributes.tags);
  if (!attributes.parts.empty()) out["parts"] = render_parts(attributes.parts);
  return json::serialize(out);
}

std::optional<StoredAttributes> parse_attributes(std::string_view text) {
  try {
    return read(json::parse(text).as_object());
  } catch (const std::exception& problem) {
    log::warning("objects: an object's attributes cannot be read: {}", problem.what());
    return {};
  }
}

}  // namespace bedplate::objects
