// Converse's content blocks as canonical ones, with Bedrock's own checks of each.
#pragma once

#include <optional>
#include <string>

#include "api/runtime.hpp"
#include "base/api_error.hpp"
#include "inference/conversation.hpp"
#include "inference/model_catalogue.hpp"

namespace bedplate::operations {

/// Converse passes what the model finds wrong on under this prefix.
ApiError model_refusal(std::string_view text);

/// One block of `turn`, which is messages[`message`]. Documents come with their bytes unread.
/// Throws ApiError: what is wrong with it, what the model does not take (in AWS's words), what is
/// not built (501).
inference::ContentBlock read_content_block(const api::runtime::Message& turn, std::size_t message,
                                           std::size_t block, inference::Role role,
                                           const inference::CatalogueModel& model);

/// A cache point of a message, the system prompt or the tools.
inference::CachePoint read_cache_point(const api::runtime::CachePointBlock& in,
                                       const inference::CatalogueModel& model);

}  // namespace bedplate::operations
