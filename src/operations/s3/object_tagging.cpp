// GetObjectTagging, PutObjectTagging, DeleteObjectTagging.
#include "operations/s3/access.hpp"
#include "operations/s3/object_headers.hpp"
#include "operations/s3/routes.hpp"
#include "operations/s3/xml_document.hpp"

namespace bedplate::operations::s3 {
namespace {

constexpr std::size_t kDocumentBytesMax = 64 * 1024;

objects::ObjectTags tags_in(const std::string& document) {
  const XmlElement root = read_xml(document, "Tagging");
  const XmlElement* set = root.find("TagSet");
  if (set == nullptr) throw malformed_xml();
  objects::ObjectTags tags;
  for (const XmlElement& tag : set->children) {
    const XmlElement* key = tag.find("Key");
    const XmlElement* value = tag.find("Value");
    if (tag.name != "Tag" || key == nullptr || value == nullptr) throw malformed_xml();
    if (!tags.emplace(key->text, value->text).second) {
      throw S3Error("InvalidTag", 400, "Cannot provide multiple Tags with the same key");
    }
  }
  check_tags(tags);
  return tags;
}

}  // namespace

Task<> get_object_tagging(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:GetObjectTagging", call.object_arn());
  const objects::GetOptions options;
  const objects::ObjectInfo info =
      co_await call.objects.head_object(call.address.bucket, call.address.key, options);
  protocol::query::XmlWriter xml;
  xml.open("Tagging", kXmlNamespace);
  xml.open("TagSet");
  for (const auto& [key, value] : info.tags) {
    xml.open("Tag");
    xml.leaf("Key", key);
    xml.leaf("Value", value);
    xml.close("Tag");
  }
  xml.close("TagSet");
  xml.close("Tagging");
  co_await send_xml(answer_headers(call), xml.take(), writer);
}

Task<> put_object_tagging(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  const std::string document = co_await read_document(call, kDocumentBytesMax);
  objects::ObjectTags tags = tags_in(document);
  access.require("s3:PutObjectTagging", call.object_arn(), tag_keys(tags));
  co_await call.objects.put_object_tags(call.address.bucket, call.address.key, std::move(tags));
  co_await send_nothing(200, answer_headers(call), writer);
}

Task<> delete_object_tagging(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:DeleteObjectTagging", call.object_arn());
  objects::ObjectTags none;
  co_await call.objects.put_object_tags(call.address.bucket, call.address.key, std::move(none));
  co_await send_nothing(204, answer_headers(call), writer);
}

}  // namespace bedplate::operations::s3
