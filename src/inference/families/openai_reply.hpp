// Replies as OpenAI's chat completions write them, which Mistral's and AI21's bodies do, too.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "inference/conversation.hpp"

namespace bedplate::inference {

/// "stop", "length" or "tool_calls".
const char* openai_finish_reason(StopReason reason);

/// prompt_tokens counts cached ones, too, and tells them apart when there are any.
boost::json::object openai_usage(const Usage& usage);

/// {"id": …, "type": "function", "function": {"name": …, "arguments": …}}. The arguments are the
/// text that the model wrote, be it cut off.
boost::json::object openai_tool_call(std::string id, const ToolUseBlock& call);

/// `logprobs` of a choice: the sampled tokens, without alternatives.
boost::json::object openai_logprobs(const std::vector<TokenProbability>& tokens);

/// Seconds since 1970, for `created`.
std::int64_t unix_seconds(Timestamp time);

/// What stands around the one choice of a completion, and of each chunk of it.
struct CompletionEnvelope {
  std::string id;
  std::string model;
  std::int64_t created = 0;  ///< seconds since 1970

  /// `object`: "chat.completion", "chat.completion.chunk", …
  boost::json::object wrap(boost::json::object choice, std::string_view object) const;
};

/// The texts of a reply's reasoning, joined.
std::string reasoning_text(const GenerationReply& reply);

/// "call_" and 24 letters and digits.
std::string new_openai_call_id();

/// The reply's calls of tools; `next_id` names each.
boost::json::array openai_tool_calls(const GenerationReply& reply, std::string (*next_id)());

}  // namespace bedplate::inference
