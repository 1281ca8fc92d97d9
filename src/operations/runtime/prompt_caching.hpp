// Cache points with effect: which prefixes a request has in the cache, and what it reports of them.
#pragma once

#include <string>
#include <vector>

#include "inference/bindings.hpp"
#include "inference/conversation.hpp"
#include "inference/prompt_cache.hpp"

namespace bedplate::operations {

/// One cache point of a request.
struct CachedPrefix {
  std::string key;
  std::chrono::seconds time_to_live{300};
  std::int64_t tokens = 0;  ///< of the prompt up to here
  bool found = false;       ///< it was in the cache
};

/// The request's cache points in the order of the prompt, those left out whose prefix is shorter
/// than the model's least. Throws ValidationException when there are more than four, or a longer
/// time stands behind a shorter one. Counts the tokens of prefixes that are new; nothing is cached,
/// and the log says so once, where the engine cannot count. `conversation` and `resolved` must stay
/// until then.
Task<std::vector<CachedPrefix>> find_cached_prefixes(const inference::Conversation& conversation,
                                                     const inference::ResolvedModel& resolved,
                                                     std::string account_id,
                                                     inference::PromptCache& cache,
                                                     bool in_converse);

/// Hands events on with Bedrock's counters instead of the engine's: tokens read from the cache and
/// written to it are those of the cache points, never more read than the engine really had, and the
/// input leaves both out. Keeps the prefixes once the reply has begun.
class CachingSink final : public inference::GenerationSink {
 public:
  CachingSink(inference::GenerationSink& next, inference::PromptCache& cache,
              std::vector<CachedPrefix> prefixes)
      : next_(next), cache_(cache), prefixes_(std::move(prefixes)) {}

  Task<> on_event(inference::GenerationEvent event) override;

 private:
  void settle(inference::Usage& usage) const;
  void keep();

  inference::GenerationSink& next_;
  inference::PromptCache& cache_;
  std::vector<CachedPrefix> prefixes_;
  bool kept_ = false;
};

}  // namespace bedplate::operations
