#include "inference/families/chat_deltas.hpp"

#include "inference/families/openai_reply.hpp"

namespace bedplate::inference {
namespace json = boost::json;

std::optional<json::object> ChatDeltas::delta(const GenerationEvent& event) {
  json::object out;
  if (const auto* text = std::get_if<TextDelta>(&event)) {
    out["content"] = text->text;
    return out;
  }
  json::object call;
  if (const auto* start = std::get_if<ToolUseStart>(&event)) {
    call = openai_tool_call(new_openai_call_id(), {.id = {}, .name = start->name, .input = {}});
    ++call_;
  } else if (const auto* input = std::get_if<ToolInputDelta>(&event)) {
    json::object function;
    function["arguments"] = input->json;
    call["function"] = std::move(function);
  } else {
    return std::nullopt;
  }
  call["index"] = call_;
  json::array calls;
  calls.push_back(std::move(call));
  out["tool_calls"] = std::move(calls);
  return out;
}

}  // namespace bedplate::inference
