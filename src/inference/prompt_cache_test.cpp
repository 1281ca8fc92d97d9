#include "inference/prompt_cache.hpp"

#include <gtest/gtest.h>

namespace bedplate::inference {
namespace {

using namespace std::chrono_literals;

TEST(PromptCache, KeepsAPrefixForItsTimeFromItsLastUse) {
  PromptCache cache;
  SteadyClock::time_point now{1h};
  EXPECT_FALSE(cache.find("a", now));
  cache.keep("a", 1500, 300s, now);
  EXPECT_EQ(cache.find("a", now + 299s), 1500);
  EXPECT_EQ(cache.find("a", now + 299s + 299s), 1500) << "a use begins the time anew";
  EXPECT_FALSE(cache.find("a", now + 299s + 299s + 300s));
  EXPECT_FALSE(cache.find("a", now)) << "it is gone";
}

TEST(PromptCache, ForgetsAndReplaces) {
  PromptCache cache;
  const SteadyClock::time_point now{1h};
  cache.keep("a", 1, 300s, now);
  cache.keep("a", 2, 3600s, now);
  EXPECT_EQ(cache.find("a", now + 3599s), 2);
  cache.forget("a");
  cache.forget("a");
  EXPECT_FALSE(cache.find("a", now));
}

TEST(PromptCache, IsBounded) {
  PromptCache cache;
  const SteadyClock::time_point now{1h};
  cache.keep("first", 1, 300s, now);
  cache.keep("second", 1, 300s, now);
  EXPECT_TRUE(cache.find("first", now));
  for (std::size_t i = 0; i + 1 < PromptCache::kPrefixesMax; ++i) {
    cache.keep(std::to_string(i), 1, 300s, now);
  }
  EXPECT_TRUE(cache.find("first", now));
  EXPECT_FALSE(cache.find("second", now)) << "unused for longest";
}

TEST(PromptCache, NotesAnEngineOnce) {
  PromptCache cache;
  EXPECT_TRUE(cache.note_uncounted("openai/a"));
  EXPECT_FALSE(cache.note_uncounted("openai/a"));
  EXPECT_TRUE(cache.note_uncounted("openai/b"));
}

}  // namespace
}  // namespace bedplate::inference
