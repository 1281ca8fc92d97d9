#include "operations/quotas/token_demand.hpp"

#include <algorithm>
#include <array>

#include "inference/conversation.hpp"

namespace bedplate::operations {
namespace {

using namespace inference;

constexpr std::size_t kBytesPerToken = 6;
constexpr int kClaudeOutputRate = 5;

std::size_t bytes_of(const DocumentBlock& document) {
  constexpr std::array kTexts{"csv", "html", "md", "txt"};
  const bool text = std::find(kTexts.begin(), kTexts.end(), document.format) != kTexts.end();
  std::size_t bytes = document.context.size() + (text ? document.bytes.size() : 0);
  for (const std::string& part : document.parts) bytes += part.size();
  return bytes;
}

/// Adds up a prompt in its order. A cache point makes everything before it free.
class PromptBytes {
 public:
  void add(std::size_t bytes) { bytes_ += bytes; }
  void operator()(const TextBlock& block) { bytes_ += block.text.size(); }
  void operator()(const ImageBlock&) {}
  void operator()(const DocumentBlock& block) { bytes_ += bytes_of(block); }
  void operator()(const ToolUseBlock& block) { bytes_ += block.name.size() + block.input.size(); }
  void operator()(const ToolResultBlock& block) {
    for (const ToolResultContent& content : block.content) std::visit(*this, content);
  }
  void operator()(const ReasoningBlock&) {}  // the turns before it are often left out
  void operator()(const CachePoint&) { bytes_ = 0; }
  void operator()(const std::vector<ContentBlock>& blocks) {
    for (const ContentBlock& block : blocks) std::visit(*this, block);
  }
  void operator()(const RawPrompt& prompt) { bytes_ += prompt.text.size(); }
  void operator()(const Conversation& conversation) {
    for (const Tool& tool : conversation.tools) {
      bytes_ += tool.name.size() + tool.description.size() + tool.input_schema.size();
    }
    if (conversation.cache_tools) bytes_ = 0;
    (*this)(conversation.system);
    for (const Message& message : conversation.messages) (*this)(message.content);
  }
  std::size_t total() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

}  // namespace

std::int64_t estimated_tokens(std::size_t bytes) {
  return static_cast<std::int64_t>(bytes / kBytesPerToken);
}

TokenDemand demand_of(const GenerationRequest& request, const CatalogueModel& model) {
  PromptBytes prompt;
  std::visit([&prompt](const auto& each) { prompt(each); }, request.prompt);
  TokenDemand demand;
  demand.input_tokens = estimated_tokens(prompt.total());
  demand.max_tokens = request.sampling.max_tokens.value_or(model.max_output_tokens);
  if (model.max_output_tokens > 0) {
    demand.max_tokens = std::min(demand.max_tokens, model.max_output_tokens);
  }
  return demand;
}

TokenDemand demand_of(const EmbeddingRequest& request) {
  std::size_t bytes = 0;
  for (const std::string& text : request.texts) {
    const std::int64_t tokens = estimated_tokens(text.size());
    const bool cut = request.tokens_max > 0 && tokens > request.tokens_max;
    bytes += cut ? static_cast<std::size_t>(request.tokens_max) * kBytesPerToken : text.size();
  }
  return {estimated_tokens(bytes), 0};
}

int output_rate_of(std::string_view model_id) {
  if (!model_id.starts_with("anthropic.claude-")) return 1;
  constexpr std::array kEarlier{"anthropic.claude-instant",  "anthropic.claude-v",
                                "anthropic.claude-3-haiku",  "anthropic.claude-3-opus",
                                "anthropic.claude-3-sonnet", "anthropic.claude-3-5-"};
  const bool earlier = std::any_of(kEarlier.begin(), kEarlier.end(), [&](std::string_view prefix) {
    return model_id.starts_with(prefix);
  });
  return earlier ? 1 : kClaudeOutputRate;
}

}  // namespace bedplate::operations
