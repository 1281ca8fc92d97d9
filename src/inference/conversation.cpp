#include "inference/conversation.hpp"

namespace bedplate::inference {
namespace {

/// The last block when it is of that kind, else a new one.
template <class Block>
Block& last_or_new(std::vector<ContentBlock>& content) {
  if (content.empty() || !std::holds_alternative<Block>(content.back())) {
    content.emplace_back(Block{});
  }
  return std::get<Block>(content.back());
}

/// Text that rests on sources is a block of its own; other text joins what stands before it.
void append_text(std::vector<ContentBlock>& content, TextDelta& delta) {
  const auto* last = content.empty() ? nullptr : std::get_if<TextBlock>(&content.back());
  if (last != nullptr && last->citations.empty() && delta.citations.empty()) {
    std::get<TextBlock>(content.back()).text += delta.text;
  } else {
    content.emplace_back(TextBlock{std::move(delta.text), std::move(delta.citations)});
  }
}

/// A signature ends a block of thinking.
ReasoningBlock& unsigned_thinking(std::vector<ContentBlock>& content) {
  ReasoningBlock& last = last_or_new<ReasoningBlock>(content);
  if (last.signature.empty()) return last;
  return std::get<ReasoningBlock>(content.emplace_back(ReasoningBlock{}));
}

}  // namespace

std::string GenerationReply::text() const {
  std::string text;
  for (const ContentBlock& block : content) {
    if (const auto* part = std::get_if<TextBlock>(&block)) text += part->text;
  }
  return text;
}

void append(GenerationReply& first, GenerationEvent event) {
  GenerationReply& reply = first.alternatives.empty() ? first : first.alternatives.back();
  if (auto* delta = std::get_if<TextDelta>(&event)) {
    append_text(reply.content, *delta);
    std::move(delta->tokens.begin(), delta->tokens.end(), std::back_inserter(reply.tokens));
  } else if (auto* start = std::get_if<GenerationStart>(&event)) {
    reply.prompt_tokens = std::move(start->prompt_tokens);
  } else if (const auto* thought = std::get_if<ReasoningDelta>(&event)) {
    unsigned_thinking(reply.content).text += thought->text;
  } else if (auto* thought_end = std::get_if<ReasoningEnd>(&event)) {
    unsigned_thinking(reply.content).signature = std::move(thought_end->signature);
  } else if (auto* call = std::get_if<ToolUseStart>(&event)) {
    reply.content.emplace_back(ToolUseBlock{.name = std::move(call->name)});
  } else if (const auto* input = std::get_if<ToolInputDelta>(&event)) {
    last_or_new<ToolUseBlock>(reply.content).input += input->json;
  } else if (auto* end = std::get_if<GenerationEnd>(&event)) {
    const bool followed = end->followed;
    reply.end = std::move(*end);
    if (!followed) first.end.usage.output_tokens = reply.end.usage.output_tokens;
    if (followed) first.alternatives.emplace_back();
  }
}

}  // namespace bedplate::inference
