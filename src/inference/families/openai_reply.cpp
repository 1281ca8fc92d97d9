#include "inference/families/openai_reply.hpp"

#include "base/bytes.hpp"
#include "base/ids.hpp"

namespace bedplate::inference {
namespace json = boost::json;

const char* openai_finish_reason(StopReason reason) {
  switch (reason) {
    case StopReason::kToolUse:
      return "tool_calls";
    case StopReason::kMaxTokens:
    case StopReason::kContextWindowExceeded:
      return "length";
    case StopReason::kEndTurn:
    case StopReason::kStopSequence:
      break;
  }
  return "stop";
}

json::object openai_usage(const Usage& usage) {
  const std::int64_t cached = usage.cache_read_input_tokens;
  const std::int64_t prompt = usage.input_tokens + cached + usage.cache_write_input_tokens;
  json::object out{{"prompt_tokens", prompt},
                   {"completion_tokens", usage.output_tokens},
                   {"total_tokens", prompt + usage.output_tokens}};
  if (cached > 0) {
    json::object details;
    details["cached_tokens"] = cached;
    out["prompt_tokens_details"] = std::move(details);
  }
  return out;
}

json::object openai_tool_call(std::string id, const ToolUseBlock& call) {
  json::object function{{"name", call.name}, {"arguments", call.input}};
  return {{"id", std::move(id)}, {"type", "function"}, {"function", std::move(function)}};
}

json::object openai_logprobs(const std::vector<TokenProbability>& tokens) {
  json::array content;
  for (const TokenProbability& token : tokens) {
    // A token may be a part of a character: then only the bytes tell it exactly.
    const std::string text = is_valid_utf8(token.text) ? token.text : "\xEF\xBF\xBD";
    json::array bytes;
    for (const char c : token.text) bytes.emplace_back(static_cast<unsigned char>(c));
    content.push_back({{"token", text},
                       {"logprob", token.log_probability},
                       {"bytes", std::move(bytes)},
                       {"top_logprobs", json::array()}});
  }
  json::object out;
  out["content"] = std::move(content);
  return out;
}

json::object CompletionEnvelope::wrap(json::object choice, std::string_view object) const {
  json::array choices;
  choices.push_back(std::move(choice));
  json::object out{{"id", id}, {"object", object}, {"created", created}, {"model", model}};
  out["choices"] = std::move(choices);
  return out;
}

std::int64_t unix_seconds(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string reasoning_text(const GenerationReply& reply) {
  std::string text;
  for (const ContentBlock& block : reply.content) {
    if (const auto* thought = std::get_if<ReasoningBlock>(&block)) text += thought->text;
  }
  return text;
}

std::string new_openai_call_id() {
  constexpr std::size_t kIdCharacters = 24;
  return "call_" + random_base62(kIdCharacters);
}

json::array openai_tool_calls(const GenerationReply& reply, std::string (*next_id)()) {
  json::array calls;
  for (const ContentBlock& block : reply.content) {
    const auto* call = std::get_if<ToolUseBlock>(&block);
    if (call == nullptr) continue;
    json::object written = openai_tool_call(next_id(), *call);
    // A model that gave no arguments wrote nothing; clients parse what they get.
    if (call->input.empty()) written["function"].as_object()["arguments"] = "{}";
    calls.push_back(std::move(written));
  }
  return calls;
}

}  // namespace bedplate::inference
