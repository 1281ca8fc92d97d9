// Messages and tools in the shape of OpenAI's chat completions, as AI21's Jamba and Writer's
// Palmyra take and give them.
#pragma once

#include "inference/families/body_reader.hpp"
#include "inference/families/family.hpp"

namespace bedplate::inference {

/// Reads `messages` and `tools`; what is wrong goes to the body's violations. Texts may be given as
/// a text, as `{"text": …}` or as a list of text parts.
Conversation read_chat(BodyReader& body);

/// Reads `stop`: one text or a list of at most `count_max`.
std::vector<std::string> read_stop(BodyReader& body, std::size_t count_max);

/// The calls of a reply, each with a fresh id; empty when there are none.
boost::json::array chat_tool_calls(const GenerationReply& reply);

/// `stop`, `length` or `tool_calls`.
const char* chat_finish_reason(StopReason reason);

boost::json::object chat_usage(const Usage& usage);

/// The deltas of a streamed reply's events.
class ChatDeltas {
 public:
  /// Nothing for an event that gives no delta.
  std::optional<boost::json::object> delta(const GenerationEvent& event);

 private:
  std::int64_t call_ = -1;  ///< number of the tool call under way
};

}  // namespace bedplate::inference
