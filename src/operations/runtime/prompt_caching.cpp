#include "operations/runtime/prompt_caching.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "inference/families/family.hpp"

namespace bedplate::operations {
namespace {

using inference::CachePoint;
using inference::ContentBlock;
using inference::Conversation;
using inference::Message;

constexpr std::size_t kCachePointsMax = 4;
constexpr std::int64_t kTokensMinByDefault = 1'024;

/// Collects what stands before a cache point, so that no two prefixes look alike.
class Fingerprint {
 public:
  void add(std::string_view tag, std::string_view text) {
    text_ += fmt::format("{}:{}:", tag, text.size());
    text_ += text;
  }
  void add(const inference::ToolResultBlock& result) {
    add("result", result.tool_use_id);
    add("error", result.is_error ? "1" : "0");
    for (const auto& part : result.content) {
      std::visit([this](const auto& block) { add_part(block); }, part);
    }
  }
  void add(const ContentBlock& block) {
    if (const auto* call = std::get_if<inference::ToolUseBlock>(&block)) {
      add("call", call->id);
      add("name", call->name);
      add("input", call->input);
    } else if (const auto* thought = std::get_if<inference::ReasoningBlock>(&block)) {
      add("thought", thought->text);
    } else if (const auto* result = std::get_if<inference::ToolResultBlock>(&block)) {
      add(*result);
    } else if (const auto* text = std::get_if<inference::TextBlock>(&block)) {
      add_part(*text);
    } else if (const auto* image = std::get_if<inference::ImageBlock>(&block)) {
      add_part(*image);
    } else if (const auto* document = std::get_if<inference::DocumentBlock>(&block)) {
      add_part(*document);
    }
  }
  std::string digest() const { return hex_encode(as_view(sha256(text_))); }

 private:
  void add_part(const inference::TextBlock& block) { add("text", block.text); }
  void add_part(const inference::ImageBlock& block) { add("image", block.bytes); }
  void add_part(const inference::DocumentBlock& block) {
    add("document", block.name);
    add("context", block.context);
    for (const std::string& part : block.parts) add("part", part);
  }

  std::string text_;
};

/// A cache point and the conversation that ends there.
struct Point {
  std::string key;
  CachePoint point;
  Conversation prefix;
};

bool has_points(const Conversation& conversation) {
  const auto any = [](const std::vector<ContentBlock>& blocks) {
    return std::any_of(blocks.begin(), blocks.end(), [](const ContentBlock& block) {
      return std::holds_alternative<CachePoint>(block);
    });
  };
  return conversation.cache_tools || any(conversation.system) ||
         std::any_of(conversation.messages.begin(), conversation.messages.end(),
                     [&](const Message& message) { return any(message.content); });
}

/// In Bedrock's order: tools, system, messages.
std::vector<Point> find_points(const Conversation& conversation, Fingerprint fingerprint) {
  std::vector<Point> points;
  Conversation so_far;
  const auto found = [&](const CachePoint& point) {
    points.push_back({fingerprint.digest(), point, so_far});
  };
  so_far.tools = conversation.tools;
  for (const inference::Tool& tool : conversation.tools) {
    fingerprint.add("tool", tool.name);
    fingerprint.add("description", tool.description);
    fingerprint.add("schema", tool.input_schema);
  }
  if (conversation.cache_tools) found(conversation.tools_point);
  for (const ContentBlock& block : conversation.system) {
    if (const auto* point = std::get_if<CachePoint>(&block)) {
      found(*point);
      continue;
    }
    so_far.system.push_back(block);
    fingerprint.add("system", "");
    fingerprint.add(block);
  }
  for (const Message& message : conversation.messages) {
    fingerprint.add("role", message.role == inference::Role::kUser ? "user" : "assistant");
    so_far.messages.push_back({message.role, {}});
    for (const ContentBlock& block : message.content) {
      if (const auto* point = std::get_if<CachePoint>(&block)) {
        found(*point);
        continue;
      }
      so_far.messages.back().content.push_back(block);
      fingerprint.add(block);
    }
  }
  return points;
}

void check_points(const std::vector<Point>& points, bool in_converse) {
  const std::string prefix(in_converse ? inference::kModelErrorPrefix : std::string_view());
  if (points.size() > kCachePointsMax) {
    throw errors::validation(
        fmt::format("{}A maximum of {} blocks with cache_control may be provided. Found {}.",
                    prefix, kCachePointsMax, points.size()));
  }
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (points[i].point.time_to_live <= points[i - 1].point.time_to_live) continue;
    throw errors::validation(
        prefix +
        "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note "
        "that blocks are processed in the following order: `tools`, `system`, `messages`.");
  }
}

/// A chat template wants a turn of the user; it costs a prefix without one a few tokens.
void complete(Conversation& prefix) {
  while (!prefix.messages.empty() && prefix.messages.back().content.empty()) {
    prefix.messages.pop_back();
  }
  if (!prefix.messages.empty()) return;
  prefix.messages.push_back({inference::Role::kUser, {inference::TextBlock{"."}}});
}

}  // namespace

Task<std::vector<CachedPrefix>> find_cached_prefixes(const Conversation& conversation,
                                                     const inference::ResolvedModel& resolved,
                                                     std::string account_id,
                                                     inference::PromptCache& cache,
                                                     bool in_converse) {
  if (!has_points(conversation)) co_return std::vector<CachedPrefix>();
  Fingerprint fingerprint;
  fingerprint.add("account", account_id);
  fingerprint.add("model", resolved.model->id);
  fingerprint.add("engine", resolved.engine->served_by());
  std::vector<Point> points = find_points(conversation, std::move(fingerprint));
  check_points(points, in_converse);
  const std::int64_t tokens_min = resolved.model->prompt_cache_min_tokens > 0
                                      ? resolved.model->prompt_cache_min_tokens
                                      : kTokensMinByDefault;
  std::vector<CachedPrefix> prefixes;
  for (Point& point : points) {
    CachedPrefix prefix{.key = point.key, .time_to_live = point.point.time_to_live};
    if (const auto tokens = cache.find(point.key, SteadyClock::now())) {
      prefix.tokens = *tokens;
      prefix.found = true;
    } else {
      complete(point.prefix);
      inference::GenerationRequest counted;
      counted.prompt = std::move(point.prefix);
      prefix.tokens = co_await resolved.engine->count_tokens(std::move(counted));
    }
    if (prefix.tokens >= tokens_min) prefixes.push_back(std::move(prefix));
  }
  co_return prefixes;
}

/// The engine reports all input as input, and what it still had of it as read from the cache.
void CachingSink::settle(inference::Usage& usage) const {
  const std::int64_t kept_by_engine = std::exchange(usage.cache_read_input_tokens, 0);
  usage.cache_write_input_tokens = 0;
  if (prefixes_.empty()) return;
  const std::int64_t longest = std::min(prefixes_.back().tokens, usage.input_tokens);
  for (const CachedPrefix& prefix : prefixes_) {
    if (!prefix.found) continue;
    usage.cache_read_input_tokens = std::min({prefix.tokens, longest, kept_by_engine});
  }
  usage.cache_write_input_tokens = longest - usage.cache_read_input_tokens;
  usage.input_tokens -= longest;
}

void CachingSink::keep() {
  if (std::exchange(kept_, true)) return;
  for (const CachedPrefix& prefix : prefixes_) {
    cache_.keep(prefix.key, prefix.tokens, prefix.time_to_live, SteadyClock::now());
  }
}

Task<> CachingSink::on_event(inference::GenerationEvent event) {
  if (auto* start = std::get_if<inference::GenerationStart>(&event)) {
    inference::Usage usage{.input_tokens = start->input_tokens.value_or(0),
                           .cache_read_input_tokens = start->cache_read_input_tokens};
    settle(usage);
    if (start->input_tokens) start->input_tokens = usage.input_tokens;
    start->cache_read_input_tokens = usage.cache_read_input_tokens;
    start->cache_write_input_tokens = usage.cache_write_input_tokens;
  } else if (auto* end = std::get_if<inference::GenerationEnd>(&event)) {
    settle(end->usage);
    keep();
  }
  return next_.on_event(std::move(event));
}

}  // namespace bedplate::operations
