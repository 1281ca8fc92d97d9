#include "operations/doors/chat_request.hpp"

#include <array>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;

ApiError unsupported(const char* pointer, const std::string& text) {
  ApiError error = errors::validation(text);
  error.code = "unsupported_value";
  error.parameter = pointer;
  return error;
}

void read_stream_options(inference::BodyReader& reader, inference::BodyViolations& violations,
                         ChatRequest& request) {
  const json::object* options = reader.object("stream_options");
  if (options == nullptr) return;
  inference::BodyReader inner(*options, "#/stream_options", violations);
  request.include_usage = inner.boolean("include_usage").value_or(false);
  const bool obfuscation = inner.boolean("include_obfuscation").value_or(false);
  inner.refuse_extraneous();
  violations.throw_if_any();
  if (!request.stream) {
    throw unsupported("#/stream_options",
                      "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  }
  if (obfuscation) {
    throw unsupported("#/stream_options/include_obfuscation",
                      "Streams have no obfuscation here; leave 'include_obfuscation' out.");
  }
}

/// Only what would change the answer is refused: nothing is stored here, and replies are text.
void check_store_and_modalities(inference::BodyReader& reader) {
  if (reader.boolean("store").value_or(false)) {
    throw unsupported("#/store", "Completions are not stored here; 'store' must be false.");
  }
  const json::value* modalities = reader.any("modalities");
  if (modalities != nullptr && *modalities != json::value(json::array{json::value("text")})) {
    throw unsupported("#/modalities", "Replies are text; 'modalities' must be [\"text\"].");
  }
}

/// One machine has no tiers: every name of one is served alike, as the reply's `service_tier` says.
void check_service_tier(inference::BodyReader& reader) {
  constexpr std::array<std::string_view, 5> kTiers{"auto", "default", "flex", "priority",
                                                   "reserved"};
  const auto tier = reader.string("service_tier");
  if (tier && std::find(kTiers.begin(), kTiers.end(), *tier) == kTiers.end()) {
    throw unsupported("#/service_tier", "'service_tier' names no tier.");
  }
}

}  // namespace

ChatRequest read_chat_request(std::string_view body) {
  ChatRequest request;
  request.native = inference::parse_body_object(body);
  inference::BodyViolations violations;
  inference::BodyReader reader(request.native, "#", violations);
  reader.require("model");
  request.model = reader.string("model").value_or("");
  request.stream = reader.boolean("stream").value_or(false);
  // Hints for OpenAI's own accounts and caches: they change no reply.
  reader.object("metadata");
  for (const char* hint : {"user", "safety_identifier", "prompt_cache_key"}) reader.string(hint);
  read_stream_options(reader, violations, request);
  check_store_and_modalities(reader);
  check_service_tier(reader);
  violations.throw_if_any();
  if (request.model.empty()) throw unsupported("#/model", "You must provide a 'model'.");
  for (const char* own :
       {"model", "stream", "stream_options", "metadata", "user", "safety_identifier",
        "prompt_cache_key", "store", "modalities", "service_tier"}) {
    if (auto at = request.native.find(own); at != request.native.end()) {
      request.native.stable_erase(at);
    }
  }
  return request;
}

}  // namespace bedplate::operations
