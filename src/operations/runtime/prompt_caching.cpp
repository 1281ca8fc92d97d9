#include "operations/runtime/prompt_caching.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "base/log.hpp"
#include "inference/families/family.hpp"

namespace bedplate::operations {
namespace {

using inference::CachePoint;
using inference::ContentBlock;
using inference::Conversation;
using inference::Message;

constexpr std::size_t kCachePointsMax = 4;
constexpr std::int64_t kTokensMinByDefault = 1'024;

/// A hash of what stands before a cache point. Every piece is hashed once and then joins what came
/// before it, so that a prefix has the same hash wherever else the prompt has cache points.
class Fingerprint {
 public:
  void add(std::string_view tag, std::string_view text) {
    std::string joined(as_view(so_far_));
    joined += tag;
    joined += ':';
    joined += as_view(sha256(text));
    so_far_ = sha256(joined);
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
  std::string digest() const { return hex_encode(as_view(so_far_)); }

 private:
  void add_part(const inference::TextBlock& block) { add("text", block.text); }
  void add_part(const inference::ImageBlock& block) { add("image", block.bytes); }
  void add_part(const inference::DocumentBlock& block) {
    add("document", block.name);
    add("context", block.context);
    for (const std::string& part : block.parts) add("part", part);
  }

  Sha256Digest so_far_{};
};

/// How much of a conversation stands before a cache point, behind the tools.
struct Place {
  std::size_t system = 0;    ///< blocks
  std::size_t messages = 0;  ///< the last one not whole, but …
  std::size_t blocks = 0;    ///< … up to here
};

struct Point {
  std::string key;
  CachePoint point;
  Place place;
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
  Place place;
  const auto found = [&](const CachePoint& point) {
    points.push_back({fingerprint.digest(), point, place});
  };
  for (const inference::Tool& tool : conversation.tools) {
    fingerprint.add("tool", tool.name);
    fingerprint.add("description", tool.description);
    fingerprint.add("schema", tool.input_schema);
  }
  if (conversation.cache_tools) found(conversation.tools_point);
  for (const ContentBlock& block : conversation.system) {
    if (const auto* point = std::get_if<CachePoint>(&block)) {
      found(*point);
    } else {
      fingerprint.add("system", "");
      fingerprint.add(block);
    }
    ++place.system;
  }
  for (const Message& message : conversation.messages) {
    fingerprint.add("role", message.role == inference::Role::kUser ? "user" : "assistant");
    ++place.messages;
    place.blocks = 0;
    for (const ContentBlock& block : message.content) {
      if (const auto* point = std::get_if<CachePoint>(&block)) {
        found(*point);
      } else {
        fingerprint.add(block);
      }
      ++place.blocks;
    }
  }
  return points;
}

/// The first `count` blocks but for cache points.
std::vector<ContentBlock> first_blocks(const std::vector<ContentBlock>& blocks, std::size_t count) {
  std::vector<ContentBlock> first;
  std::copy_if(blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(count),
               std::back_inserter(first), [](const ContentBlock& block) {
                 return !std::holds_alternative<CachePoint>(block);
               });
  return first;
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

/// The conversation up to a cache point. A chat template wants a turn of the user; it costs a
/// prefix without one a few tokens.
Conversation prefix_until(const Place& place, const Conversation& conversation) {
  Conversation prefix;
  prefix.tools = conversation.tools;
  prefix.system = first_blocks(conversation.system, place.system);
  for (std::size_t i = 0; i < place.messages; ++i) {
    const Message& message = conversation.messages[i];
    const bool whole = i + 1 < place.messages;
    prefix.messages.push_back(
        {message.role,
         first_blocks(message.content, whole ? message.content.size() : place.blocks)});
  }
  while (!prefix.messages.empty() && prefix.messages.back().content.empty()) {
    prefix.messages.pop_back();
  }
  if (prefix.messages.empty()) {
    prefix.messages.push_back({inference::Role::kUser, {inference::TextBlock{"."}}});
  }
  return prefix;
}

void note_uncached(inference::PromptCache& cache, const std::string& engine) {
  if (!cache.note_uncounted(engine)) return;
  log::warning("engine {}: it cannot count tokens, so cache points have no effect there", engine);
}

/// Its tokens; nothing when the engine cannot count.
Task<std::optional<std::int64_t>> count_prefix(const inference::ResolvedModel& resolved,
                                               Conversation prefix) {
  inference::GenerationRequest counted;
  counted.model_id = resolved.model->id;
  counted.prompt = std::move(prefix);
  try {
    co_return co_await resolved.engine->count_tokens(std::move(counted));
  } catch (const inference::CannotCount&) {
    co_return std::nullopt;
  }
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
  const std::vector<Point> points = find_points(conversation, std::move(fingerprint));
  check_points(points, in_converse);
  const std::int64_t tokens_min = resolved.model->prompt_cache_min_tokens > 0
                                      ? resolved.model->prompt_cache_min_tokens
                                      : kTokensMinByDefault;
  std::vector<CachedPrefix> prefixes;
  for (const Point& point : points) {
    CachedPrefix prefix{.key = point.key, .time_to_live = point.point.time_to_live};
    if (const auto tokens = cache.find(point.key, SteadyClock::now())) {
      prefix.tokens = *tokens;
      prefix.found = true;
    } else {
      Conversation until_here = prefix_until(point.place, conversation);
      const auto counted = co_await count_prefix(resolved, std::move(until_here));
      if (!counted) {
        note_uncached(cache, resolved.engine->served_by());
        co_return std::vector<CachedPrefix>();
      }
      prefix.tokens = *counted;
    }
    if (prefix.tokens >= tokens_min) prefixes.push_back(std::move(prefix));
  }
  co_return prefixes;
}

/// The engine reports all input as input, and what it still had of it as read from the cache.
void CachingSink::settle(inference::Usage& usage) const {
  const std::int64_t kept_by_engine = std::exchange(usage.cache_read_input_tokens, 0);
  usage.cache_write_input_tokens = usage.cache_write_1h_input_tokens = 0;
  if (prefixes_.empty()) return;
  const std::int64_t longest = std::min(prefixes_.back().tokens, usage.input_tokens);
  for (const CachedPrefix& prefix : prefixes_) {
    if (!prefix.found) continue;
    usage.cache_read_input_tokens = std::min({prefix.tokens, longest, kept_by_engine});
  }
  usage.cache_write_input_tokens = longest - usage.cache_read_input_tokens;
  for (const CachedPrefix& prefix : prefixes_) {  // those for an hour stand before the others
    if (prefix.time_to_live < std::chrono::hours(1)) break;
    usage.cache_write_1h_input_tokens =
        std::max<std::int64_t>(0, std::min(prefix.tokens, longest) - usage.cache_read_input_tokens);
  }
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
