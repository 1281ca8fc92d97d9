// What Anthropic checks once a body has the right shape, in its words.
#include <fmt/format.h>

#include <algorithm>

#include "base/api_error.hpp"
#include "base/text.hpp"
#include "inference/families/anthropic_content.hpp"
#include "inference/families/tool_turns.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kThinkingTokensMin = 1'024;
constexpr int kCachePointsMax = 4;

void check_texts(const Message& message, bool prefill) {
  for (const ContentBlock& block : message.content) {
    const auto* text = std::get_if<TextBlock>(&block);
    if (text == nullptr || prefill) continue;
    if (text->text.empty()) {
      throw errors::validation("messages: text content blocks must be non-empty");
    }
    if (is_blank(text->text)) {
      throw errors::validation("messages: text content blocks must contain non-whitespace text");
    }
  }
  if (!prefill || message.content.empty()) return;
  const auto* last = std::get_if<TextBlock>(&message.content.back());
  if (last && !last->text.empty() && is_blank(last->text.substr(last->text.size() - 1))) {
    throw errors::validation(
        "messages: final assistant content cannot end with trailing whitespace");
  }
}

/// Where a result stands among a message's blocks as the client wrote them. `last`: the last one
/// with that id, else the first.
std::size_t place_of_result(const Message& message, const std::string& id, bool last) {
  std::size_t place = 0, found = 0;
  for (const ContentBlock& block : message.content) {
    const auto* result = std::get_if<ToolResultBlock>(&block);
    if (result != nullptr && result->tool_use_id == id) {
      found = place;
      if (!last) break;
    }
    // Ours: a client writes a cache point into the block before it.
    if (!std::holds_alternative<CachePoint>(block)) ++place;
  }
  return found;
}

ApiError in_anthropics_words(const ToolTurnFault& fault, const std::vector<Message>& messages) {
  if (fault.kind == ToolTurnFault::Kind::kUnanswered) {
    return errors::validation(fmt::format(
        "messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: "
        "{}. Each `tool_use` block must have a corresponding `tool_result` block in the next "
        "message.",
        fault.turn - 1, fmt::join(fault.ids, ", ")));
  }
  const std::string& id = fault.ids.front();
  std::vector<std::string> calls;
  if (fault.turn > 0) calls = called_in(messages[fault.turn - 1]);
  const bool twice = std::find(calls.begin(), calls.end(), id) != calls.end();
  const std::size_t place = place_of_result(messages[fault.turn], id, twice);
  if (twice) {
    return errors::validation(
        fmt::format("messages.{}.content.{}: each tool_use must have a single result. Found "
                    "multiple `tool_result` blocks with id: {}",
                    fault.turn, place, id));
  }
  return errors::validation(fmt::format(
      "messages.{}.content.{}: unexpected `tool_use_id` found in `tool_result` blocks: {}. Each "
      "`tool_result` block must have a corresponding `tool_use` block in the previous message.",
      fault.turn, place, id));
}

void check_cache_points(const Conversation& conversation) {
  int count = conversation.cache_tools ? 1 : 0;
  const auto add = [&count](const std::vector<ContentBlock>& blocks) {
    count += static_cast<int>(std::count_if(blocks.begin(), blocks.end(), [](const auto& block) {
      return std::holds_alternative<CachePoint>(block);
    }));
  };
  add(conversation.system);
  for (const Message& message : conversation.messages) add(message.content);
  if (count > kCachePointsMax) {
    throw errors::validation(
        fmt::format("A maximum of {} blocks with cache_control may be provided. Found {}.",
                    kCachePointsMax, count));
  }
}

}  // namespace

void read_anthropic_thinking(const json::object& thinking, GenerationRequest& request) {
  BodyViolations violations;
  BodyReader reader(thinking, "#/thinking", violations);
  reader.require("type");
  const std::string type = reader.string("type").value_or("disabled");
  reader.any("display");
  const json::value* budget = reader.any("budget_tokens");
  violations.throw_if_any();
  request.reasoning.enabled = type == "enabled" || type == "adaptive";
  if (type == "enabled") {
    if (budget == nullptr || !budget->is_int64()) {
      throw errors::validation("thinking.enabled.budget_tokens: Field required");
    }
    if (budget->as_int64() < kThinkingTokensMin) {
      throw errors::validation(
          fmt::format("thinking.enabled.budget_tokens: Input should be greater than or equal to {}",
                      kThinkingTokensMin));
    }
    request.reasoning.budget_tokens = budget->as_int64();
  } else if (type != "disabled" && type != "adaptive") {
    throw errors::validation(fmt::format(
        "thinking: Input tag '{}' found using 'type' does not match any of the expected tags: "
        "'adaptive', 'disabled', 'enabled'",
        type));
  }
}

void read_anthropic_output(const json::object& output, GenerationRequest& request) {
  BodyViolations violations;
  BodyReader reader(output, "#/output_config", violations);
  if (const auto effort = reader.string("effort")) request.reasoning.effort = *effort;
  // The older `output_format` is what `output_config.format` holds.
  const json::object* format = output.contains("schema") ? &output : reader.object("format");
  violations.throw_if_any();
  if (format == nullptr) return;
  const json::value* type = format->if_contains("type");
  const json::value* schema = format->if_contains("schema");
  if (type == nullptr || *type != "json_schema" || schema == nullptr || !schema->is_object()) {
    throw errors::validation("output_config.format: Input should be a json_schema with a schema");
  }
  request.output_schema = json::serialize(*schema);
}

void check_anthropic_conversation(const Conversation& conversation) {
  const std::vector<Message>& messages = conversation.messages;
  if (messages.empty()) {
    throw errors::validation("messages: at least one message is required");
  }
  if (messages.front().role != Role::kUser) {
    throw errors::validation("messages: first message must use the \"user\" role");
  }
  const auto fault = find_tool_turn_fault(messages);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const bool prefill = i + 1 == messages.size() && messages[i].role == Role::kAssistant;
    if (messages[i].content.empty() && !prefill) {
      throw errors::validation(fmt::format(
          "messages.{}: all messages must have non-empty content except for the optional final "
          "assistant message",
          i));
    }
    check_texts(messages[i], prefill);
    if (fault && fault->turn == i) break;
  }
  if (fault) throw in_anthropics_words(*fault, messages);
  check_cache_points(conversation);
}

void check_anthropic_thinking(const GenerationRequest& request, std::string_view prefix) {
  if (!request.reasoning.enabled) return;
  const auto refuse = [prefix](std::string_view text) {
    return errors::validation(std::string(prefix) + std::string(text));
  };
  const SamplingParameters& sampling = request.sampling;
  if (sampling.temperature.value_or(1) != 1) {
    throw refuse("`temperature` may only be set to 1 when thinking is enabled.");
  }
  if (sampling.top_p.value_or(1) < 0.95) {
    throw refuse(
        "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.");
  }
  if (sampling.top_k) throw refuse("`top_k` must be unset when thinking is enabled.");
  const auto budget = request.reasoning.budget_tokens;
  if (budget && sampling.max_tokens && *sampling.max_tokens <= *budget) {
    throw refuse("`max_tokens` must be greater than `thinking.budget_tokens`.");
  }
  const auto* conversation = std::get_if<Conversation>(&request.prompt);
  if (conversation == nullptr) return;
  const ToolChoice::Kind choice = conversation->tool_choice.kind;
  if (choice == ToolChoice::Kind::kAny || choice == ToolChoice::Kind::kTool) {
    throw refuse("Thinking may not be enabled when tool_choice forces tool use.");
  }
  if (conversation->messages.empty()) return;
  if (conversation->messages.back().role == Role::kAssistant) {
    throw refuse("Prefilling assistant messages is not supported when thinking is enabled.");
  }
}

}  // namespace bedplate::inference
