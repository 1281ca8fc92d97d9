#include "protocol/pattern.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>

#include "api/operations.hpp"
#include "protocol/schema.hpp"

namespace bedplate::protocol {
namespace {

TEST(Pattern, MatchesTheWholeText) {
  EXPECT_TRUE(matches_pattern("[a-zA-Z0-9_-]+", "Complete_Session"));
  EXPECT_FALSE(matches_pattern("[a-zA-Z0-9_-]+", "Complete Session"));
  EXPECT_FALSE(matches_pattern("[a-z]+", ""));
  EXPECT_FALSE(matches_pattern("[a-z]+", "abc\n"));
  EXPECT_TRUE(matches_pattern("^[a-z]+$", "abc"));
  EXPECT_FALSE(matches_pattern("^[a-z]+$", "abc\n"));
}

TEST(Pattern, AlternativesAreTriedUntilOneReachesTheEnd) {
  EXPECT_TRUE(matches_pattern("(a)|(ab)", "ab"));
}

TEST(Pattern, ClassesAreAsciiAndCharactersUnicode) {
  EXPECT_FALSE(matches_pattern("\\d", "\xd9\xa3"));  // an Arabic three
  EXPECT_TRUE(matches_pattern("[\\u0020-\\u00FF]+", "caf\xc3\xa9"));
  EXPECT_TRUE(matches_pattern("\\p{L}.", "\xc3\xa9\xe2\x82\xac"));
}

TEST(Pattern, GivesUpOnATextMadeToBacktrack) {
  const std::string text = std::string(40, 'a') + "!";
  EXPECT_FALSE(matches_pattern("(a+)+b", text));
}

TEST(Pattern, TakesTextsOfAnyLength) {
  const std::string text(5'000'000, 'a');
  EXPECT_TRUE(matches_pattern("[a-z]+", text));
}

TEST(Pattern, CompilesOnceForEveryThread) {
  std::vector<std::thread> threads;
  std::atomic<int> matched = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 200; ++k) matched += matches_pattern("x[0-9]{3}y", "x123y");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(matched, 1600);
}

void collect(const Shape* shape, std::set<const Shape*>& seen) {
  if (!shape || !seen.insert(shape).second) return;
  collect(shape->element, seen);
  collect(shape->key, seen);
  for (const Field& field : shape->fields) collect(field.shape, seen);
}

TEST(Pattern, EveryGeneratedPatternCompiles) {
  std::set<const Shape*> shapes;
  for (const OperationDescriptor& operation : api::kOperations) {
    collect(operation.input, shapes);
    collect(operation.output, shapes);
    collect(operation.event, shapes);
  }
  std::size_t patterns = 0;
  for (const Shape* shape : shapes) {
    if (shape->pattern.empty()) continue;
    ++patterns;
    EXPECT_TRUE(is_valid_pattern(shape->pattern)) << shape->name << ": " << shape->pattern;
  }
  EXPECT_GT(patterns, 20u);
  EXPECT_FALSE(is_valid_pattern("(unclosed"));
}

TEST(Pattern, GeneratedTablesListTheirFieldsByName) {
  std::set<const Shape*> shapes;
  for (const OperationDescriptor& operation : api::kOperations) collect(operation.input, shapes);
  for (const Shape* shape : shapes) {
    ASSERT_EQ(shape->fields.size(), shape->fields_sorted.size());
    for (std::size_t i = 1; i < shape->fields.size(); ++i) {
      EXPECT_LT(shape->fields[shape->fields_sorted[i - 1]].name,
                shape->fields[shape->fields_sorted[i]].name)
          << shape->name;
    }
  }
}

}  // namespace
}  // namespace bedplate::protocol
