#include "operations/doors/message_request.hpp"

#include <fmt/format.h>

#include "base/api_error.hpp"
#include "inference/families/anthropic_version.hpp"
#include "inference/families/body_reader.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;

constexpr std::string_view kVersion2023 = "2023-06-01";  // kMessages2023, outside of Bedrock
constexpr const char* kVersionMember = "anthropic_version";
constexpr const char* kBetaMember = "anthropic_beta";

/// The API's version comes in a header, or in the body as InvokeModel has it.
void set_version(const wire::Headers& headers, json::object& body) {
  const std::string_view version = headers.get("anthropic-version");
  if (version.empty()) {
    if (body.contains(kVersionMember)) return;
    throw errors::validation("anthropic-version: header is required");
  }
  const std::string_view name = version == kVersion2023 ? inference::kMessages2023 : version;
  if (!inference::is_messages_version(name)) {
    throw errors::validation(
        fmt::format("anthropic-version: \"{}\" is not a valid version", version));
  }
  body[kVersionMember] = name;
}

/// Betas may come in several headers, in one with commas, and in the body.
void add_betas(const wire::Headers& headers, json::object& body) {
  json::array betas;
  if (const json::value* given = body.if_contains(kBetaMember)) {
    if (!given->is_array()) return;  // the family says what is wrong with it
    betas = given->as_array();
  }
  for (const auto& [name, value] : headers) {
    if (!wire::equal_ignoring_case(name, "anthropic-beta")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      std::string_view beta = rest.substr(0, comma);
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
      while (beta.starts_with(' ')) beta.remove_prefix(1);
      while (beta.ends_with(' ')) beta.remove_suffix(1);
      if (!beta.empty()) betas.emplace_back(beta);
    }
  }
  if (!betas.empty()) body[kBetaMember] = std::move(betas);
}

void check_service_tier(inference::BodyReader& reader) {
  const auto tier = reader.string("service_tier");
  if (tier && *tier != "auto" && *tier != "standard_only") {
    throw errors::validation("service_tier: must be 'auto' or 'standard_only'");
  }
}

}  // namespace

MessageRequest read_message_request(const wire::Request& request) {
  MessageRequest message;
  message.native = inference::parse_body_object(request.body);
  inference::BodyViolations violations;
  inference::BodyReader reader(message.native, "#", violations);
  const auto model = reader.string("model");
  message.stream = reader.boolean("stream").value_or(false);
  check_service_tier(reader);
  reader.string("user_profile_id");  // whom Anthropic bills; it changes no reply
  violations.throw_if_any();
  if (!model || model->empty()) throw errors::validation("model: Field required");
  message.model = *model;
  for (const char* own : {"model", "stream", "service_tier", "user_profile_id"}) {
    if (auto at = message.native.find(own); at != message.native.end()) {
      message.native.stable_erase(at);
    }
  }
  set_version(request.headers, message.native);
  add_betas(request.headers, message.native);
  return message;
}

}  // namespace bedplate::operations
