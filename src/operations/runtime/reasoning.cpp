#include "operations/runtime/reasoning.hpp"

#include <fmt/format.h>

#include "base/api_error.hpp"
#include "inference/families/family.hpp"

namespace bedplate::operations {

namespace {

Task<> nothing() {
  co_return;
}

}  // namespace

Task<> ReasoningSink::on_event(inference::GenerationEvent event) {
  if (const auto* thought = std::get_if<inference::ReasoningDelta>(&event)) {
    thought_ = true;
    if (!wanted_) return nothing();
    if (signs_) thinking_ += thought->text;
  } else if (const auto* own_end = std::get_if<inference::ReasoningEnd>(&event)) {
    if (!wanted_ || !signs_) return nothing();
    event = inference::ReasoningEnd{signer_.sign(thinking_, own_end->signature)};
    thinking_.clear();
  } else {
    auto* end = std::get_if<inference::GenerationEnd>(&event);
    if (end != nullptr && !thought_ && !end->usage.reasoning_tokens) {
      end->usage.reasoning_tokens = 0;
    }
    if (!thinking_.empty()) return end_block_before(std::move(event));
  }
  return next_.on_event(std::move(event));  // most events: no coroutine of our own
}

Task<> ReasoningSink::end_block_before(inference::GenerationEvent event) {
  inference::GenerationEvent end(inference::ReasoningEnd{signer_.sign(thinking_)});
  thinking_.clear();
  co_await next_.on_event(std::move(end));
  co_await next_.on_event(std::move(event));
}

void check_reasoning(const inference::GenerationRequest& request,
                     const inference::ReasoningSigner& signer, bool in_converse) {
  const auto* conversation = std::get_if<inference::Conversation>(&request.prompt);
  if (conversation == nullptr) return;
  for (std::size_t turn = 0; turn < conversation->messages.size(); ++turn) {
    const auto& content = conversation->messages[turn].content;
    for (std::size_t i = 0; i < content.size(); ++i) {
      const auto* thought = std::get_if<inference::ReasoningBlock>(&content[i]);
      if (thought == nullptr || (thought->signature.empty() && thought->redacted.empty())) continue;
      // This server redacts nothing, so no redacted thinking can be its own.
      const bool redacted = !thought->redacted.empty();
      if (!redacted && signer.verify(thought->text, thought->signature)) continue;
      throw errors::validation(fmt::format(
          "{}messages.{}.content.{}: Invalid `{}` in `{}` block",
          in_converse ? inference::kModelErrorPrefix : std::string_view(), turn, i,
          redacted ? "data" : "signature", redacted ? "redacted_thinking" : "thinking"));
    }
  }
}

}  // namespace bedplate::operations
