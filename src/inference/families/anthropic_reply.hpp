// A reply as an Anthropic message, whole or as the events of its stream.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "inference/families/family.hpp"

namespace bedplate::inference {

/// The model's name as Anthropic gives it: no provider prefix, no `-v1:0`.
std::string bare_anthropic_name(std::string_view model_id);

boost::json::object render_anthropic_message(const GenerationReply& reply,
                                             const ReplyContext& context);

std::unique_ptr<ChunkRenderer> make_anthropic_chunks(const ReplyContext& context);

}  // namespace bedplate::inference
