#include "inference/citations/words.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bedplate::inference::citations {
namespace {

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  WordReader reader(text);
  while (const auto word = reader.next()) words.push_back(*word);
  return words;
}

std::vector<std::string> pieces(std::string_view text) {
  std::vector<std::string> pieces;
  for (const Word& word : words_of(text)) {
    pieces.emplace_back(text.substr(word.begin, word.end - word.begin));
  }
  return pieces;
}

std::uint32_t key(std::string_view word) {
  return words_of(word).at(0).key;
}

using Pieces = std::vector<std::string>;

TEST(Words, AreLettersAndDigitsWithTheirInnerMarks) {
  EXPECT_EQ(pieces("  A well-known dog's tail, isn't it?"),
            (Pieces{"A", "well", "known", "dog's", "tail", "isn't", "it"}));
  EXPECT_EQ(pieces("$1,200.50 in 2024, v1.2."), (Pieces{"1,200.50", "in", "2024", "v1.2"}));
  EXPECT_EQ(pieces("Zürich — Łódź"), (Pieces{"Zürich", "Łódź"}));
  EXPECT_EQ(pieces("東京 is"), (Pieces{"東", "京", "is"}));
  EXPECT_EQ(pieces(" .,!? \n"), Pieces{});
}

TEST(Words, HaveOneKeyForTheirForms) {
  EXPECT_EQ(key("Tower"), key("towers"));
  EXPECT_EQ(key("TOWER"), key("tower\xE2\x80\x99s"));
  EXPECT_EQ(key("1,200"), key("1200"));
  EXPECT_EQ(key("ÜBER"), key("über"));
  EXPECT_EQ(key("МОСКВА"), key("москва"));
  EXPECT_NE(key("glass"), key("glas"));
  EXPECT_NE(key("1.5"), key("15"));
}

TEST(Words, KnowTheirKind) {
  EXPECT_EQ(words_of("the")[0].kind, WordKind::kStop);
  EXPECT_EQ(words_of("b")[0].kind, WordKind::kStop);
  EXPECT_EQ(words_of("Never")[0].kind, WordKind::kNegation);
  EXPECT_EQ(words_of("doesn't")[0].kind, WordKind::kNegation);
  EXPECT_EQ(words_of("7")[0].kind, WordKind::kNumber);
  EXPECT_EQ(words_of("B2")[0].kind, WordKind::kNumber);
  EXPECT_EQ(words_of("harbour")[0].kind, WordKind::kPlain);
  EXPECT_TRUE(words_of("Élan")[0].capital);
  EXPECT_FALSE(words_of("élan")[0].capital);
}

TEST(Words, ComeFromAnyBytes) {
  EXPECT_EQ(pieces("a\xFF\xC3"), Pieces{"a"});
  EXPECT_EQ(pieces("\x80\xE2\x82"), Pieces{});
}

TEST(Words, CharactersAreCodePoints) {
  EXPECT_EQ(count_characters("naïve 東京 \xF0\x9F\x98\x80"), 10u);
}

}  // namespace
}  // namespace bedplate::inference::citations
