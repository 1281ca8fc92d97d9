// A reply as an Anthropic message, whole or as the events of its stream.
#pragma once

#include <boost/json.hpp>
#include <memory>

#include "inference/families/family.hpp"

namespace bedplate::inference {

boost::json::object render_anthropic_message(const GenerationReply& reply,
                                             const ReplyContext& context);

std::unique_ptr<ChunkRenderer> make_anthropic_chunks(const ReplyContext& context);

}  // namespace bedplate::inference
