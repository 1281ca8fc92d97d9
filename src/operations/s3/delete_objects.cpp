// DeleteObject, DeleteObjects.
#include "operations/s3/access.hpp"
#include "operations/s3/object_headers.hpp"
#include "operations/s3/routes.hpp"
#include "operations/s3/xml_document.hpp"

namespace bedplate::operations::s3 {
namespace {

constexpr std::size_t kKeysMax = 1'000;
constexpr std::size_t kDocumentBytesMax = 4 * 1024 * 1024;

/// The keys that a `Delete` document names, in its order.
std::vector<std::string> keys_in(const XmlElement& root) {
  std::vector<std::string> keys;
  for (const XmlElement& object : root.children) {
    if (object.name != "Object") continue;
    const std::string_view version = object.text_of("VersionId");
    if (!version.empty() && version != "null") {
      throw invalid_argument("Invalid version id specified", "VersionId", std::string(version));
    }
    for (const std::string_view condition : {"ETag", "LastModifiedTime", "Size"}) {
      if (object.find(condition) != nullptr) {
        throw not_implemented_operation("DeleteObjects (conditional)");
      }
    }
    const XmlElement* key = object.find("Key");
    if (key == nullptr || key->text.empty()) throw malformed_xml();
    keys.push_back(key->text);
  }
  if (keys.empty() || keys.size() > kKeysMax) throw malformed_xml();
  return keys;
}

void write_error(protocol::query::XmlWriter& xml, const std::string& key, std::string_view code,
                 std::string_view message) {
  xml.open("Error");
  xml.leaf("Key", key);
  xml.leaf("Code", code);
  xml.leaf("Message", message);
  xml.close("Error");
}

void write_outcome(protocol::query::XmlWriter& xml, const objects::DeleteOutcome& outcome,
                   bool quiet) {
  if (outcome.error) {
    write_error(xml, outcome.key, objects::error_code(outcome.error->kind), outcome.error->what());
  } else if (!quiet) {
    xml.open("Deleted");
    xml.leaf("Key", outcome.key);
    xml.close("Deleted");
  }
}

}  // namespace

Task<> delete_object(Call& call, wire::ResponseWriter& writer) {
  refuse_unbuilt_headers(call);
  const std::string version = call.parameter("versionId");
  if (!version.empty() && version != "null") {
    throw invalid_argument("Invalid version id specified", "versionId", version);
  }
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:DeleteObject", call.object_arn());
  objects::Conditions conditions = conditions_of(call);
  co_await call.objects.delete_object(call.address.bucket, call.address.key, std::move(conditions));
  co_await send_nothing(204, answer_headers(call), writer);
}

Task<> delete_objects(Call& call, wire::ResponseWriter& writer) {
  refuse_unbuilt_headers(call);
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  const std::string document = co_await read_document(call, kDocumentBytesMax);
  const XmlElement root = read_xml(document, "Delete");
  const bool quiet = root.text_of("Quiet") == "true";
  protocol::query::XmlWriter xml;
  xml.open("DeleteResult", kXmlNamespace);
  std::vector<std::string> allowed;
  for (std::string& key : keys_in(root)) {
    try {
      access.require("s3:DeleteObject", call.bucket_arn() + "/" + key);
      allowed.push_back(std::move(key));
    } catch (const S3Error& denial) {
      write_error(xml, key, denial.code, denial.what());
    }
  }
  const std::vector<objects::DeleteOutcome> outcomes =
      co_await call.objects.delete_objects(call.address.bucket, std::move(allowed));
  for (const objects::DeleteOutcome& outcome : outcomes) write_outcome(xml, outcome, quiet);
  xml.close("DeleteResult");
  co_await send_xml(answer_headers(call), xml.take(), writer);
}

}  // namespace bedplate::operations::s3
