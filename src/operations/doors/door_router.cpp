#include "operations/doors/door_router.hpp"

#include <fmt/format.h>

#include <array>

#include "base/bytes.hpp"

namespace bedplate::operations {
namespace {

struct Pattern {
  std::string_view method;
  std::string_view path;
  bool model_id;  ///< the path goes on with a model's id
  DoorAnswer answer;
  observe::DoorCall call;
};

// As the CloudTrail page of AWS's `bedrock-mantle` host names them.
constexpr observe::DoorCall kInference{"CreateInference", true};
constexpr observe::DoorCall kCountTokens{"CountTokens", true};
constexpr observe::DoorCall kListModels{"ListModels", false};
constexpr observe::DoorCall kGetModel{"GetModel", false};

constexpr std::array kPatterns{
    Pattern{"POST", "/v1/chat/completions", false, answer_chat_completions, kInference},
    Pattern{"POST", "/openai/v1/chat/completions", false, answer_chat_completions, kInference},
    Pattern{"GET", "/v1/models", false, answer_list_models, kListModels},
    Pattern{"GET", "/openai/v1/models", false, answer_list_models, kListModels},
    Pattern{"GET", "/v1/models/", true, answer_retrieve_model, kGetModel},
    Pattern{"GET", "/openai/v1/models/", true, answer_retrieve_model, kGetModel},
    Pattern{"POST", "/v1/embeddings", false, answer_embeddings, kInference},
    Pattern{"POST", "/openai/v1/embeddings", false, answer_embeddings, kInference},
    Pattern{"POST", "/v1/images/generations", false, answer_images, kInference},
    Pattern{"POST", "/openai/v1/images/generations", false, answer_images, kInference},
    Pattern{"POST", "/v1/images/edits", false, answer_image_edits, kInference},
    Pattern{"POST", "/openai/v1/images/edits", false, answer_image_edits, kInference},
    Pattern{"POST", "/v1/messages", false, answer_messages, kInference},
    Pattern{"POST", "/anthropic/v1/messages", false, answer_messages, kInference},
    Pattern{"POST", "/v1/messages/count_tokens", false, answer_count_message_tokens, kCountTokens},
    Pattern{"POST", "/anthropic/v1/messages/count_tokens", false, answer_count_message_tokens,
            kCountTokens},
};

/// True for `folder` itself and for everything below it.
bool is_in(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool matches(const Pattern& pattern, std::string_view path) {
  if (!pattern.model_id) return path == pattern.path;
  return path.size() > pattern.path.size() && path.starts_with(pattern.path);
}

std::string decoded_model_id(std::string_view text) {
  std::optional<std::string> id = uri_decode(text);
  if (!id || !is_valid_utf8(*id)) {
    throw errors::validation("The path is not percent-encoded UTF-8");
  }
  return *std::move(id);
}

}  // namespace

const Door* door_at(std::string_view path) {
  if (is_in(path, "/v1/messages") || is_in(path, "/anthropic")) return &anthropic_door();
  if (is_in(path, "/v1") || is_in(path, "/openai")) return &openai_door();
  return nullptr;
}

DoorRoute route_at_door(std::string_view method, std::string_view path,
                        wire::Headers& response_headers) {
  if (path.ends_with('/')) path.remove_suffix(1);
  for (const Pattern& pattern : kPatterns) {
    if (!matches(pattern, path)) continue;
    if (pattern.method == method) {
      return {pattern.answer,
              pattern.model_id ? decoded_model_id(path.substr(pattern.path.size())) : std::string(),
              pattern.call};
    }
    response_headers.add("Allow", std::string(pattern.method));
    throw errors::method_not_allowed(std::string(pattern.method));
  }
  throw errors::resource_not_found(fmt::format("Invalid URL ({} {})", method, path));
}

}  // namespace bedplate::operations
