#include "inference/citations/sentences.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bedplate::inference::citations {
namespace {

using Sentences = std::vector<std::string>;

Sentences cut(std::string_view text, LineBreaks lines = LineBreaks::kWrap) {
  Sentences sentences;
  while (!text.empty()) {
    const std::size_t bytes = first_sentence_bytes(text, lines, false);
    EXPECT_GT(bytes, 0u);
    sentences.emplace_back(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  return sentences;
}

TEST(Sentences, EndWithTheWhiteSpaceBehindTheirMark) {
  EXPECT_EQ(cut("The grass is green. The sky is blue!  Is it?"),
            (Sentences{"The grass is green. ", "The sky is blue!  ", "Is it?"}));
  EXPECT_EQ(cut("He said \"No.\" Then he left."), (Sentences{"He said \"No.\" ", "Then he left."}));
  EXPECT_EQ(cut("没有。可以！"), (Sentences{"没有。", "可以！"}));
}

TEST(Sentences, PointsWithinWordsEndNone) {
  for (const char* one :
       {"It weighs 3.5 tons at example.com today.", "Dr. Smith met J. Doe.",
        "See e.g. Figure 2 and fig. 3 here.", "1. First item", "It ends. but goes on"}) {
    EXPECT_EQ(cut(one), Sentences{one});
  }
}

TEST(Sentences, LinesWrapInDocumentsAndEndInReplies) {
  const char* text = "The sky\nis blue\n\nTitle\n- one\n- two\n1. three";
  EXPECT_EQ(cut(text),
            (Sentences{"The sky\nis blue\n\n", "Title\n", "- one\n", "- two\n", "1. three"}));
  EXPECT_EQ(cut("a,1\nb,2\n", LineBreaks::kEndSentences), (Sentences{"a,1\n", "b,2\n"}));
}

// No earlier end may be told than the whole text gives, wherever the reply is cut while it comes.
TEST(Sentences, AreTheSameWhenTheTextComesInPieces) {
  const std::string text = "Dr. No is 3.5 m tall. \"Ha!\" he said.\n\n1. One. Two… Three";
  const Sentences whole = cut(text, LineBreaks::kEndSentences);
  Sentences pieces;
  std::string held;
  for (const char c : text) {
    held += c;
    while (const auto bytes = first_sentence_bytes(held, LineBreaks::kEndSentences, true)) {
      pieces.push_back(held.substr(0, bytes));
      held.erase(0, bytes);
    }
  }
  pieces.push_back(held);
  EXPECT_EQ(pieces, whole);
}

TEST(Sentences, LongOnesAreCutBetweenWordsAndCharacters) {
  std::string words;
  while (words.size() < 4 * kSentenceBytesMax) words += "word ";
  for (const std::string& one : cut(words)) {
    EXPECT_LE(one.size(), kSentenceBytesMax + 1);
    EXPECT_EQ(one.substr(0, 5), "word ");
  }
  std::string characters = "x";
  while (characters.size() < 2 * kSentenceBytesMax) characters += "東";
  for (const std::string& one : cut(characters)) {
    EXPECT_NE(static_cast<unsigned char>(one[0]) & 0xC0, 0x80);
  }
}

TEST(Sentences, NothingIsHeldForEver) {
  const std::string space(3 * kSentenceBytesMax, '\n');
  EXPECT_GT(first_sentence_bytes(space, LineBreaks::kEndSentences, true), 0u);
  EXPECT_GT(first_sentence_bytes("Hi." + space, LineBreaks::kEndSentences, true), 0u);
  EXPECT_GT(first_sentence_bytes(std::string(3 * kSentenceBytesMax, '.'), LineBreaks::kWrap, true),
            0u);
  EXPECT_EQ(first_sentence_bytes("", LineBreaks::kWrap, true), 0u);
}

}  // namespace
}  // namespace bedplate::inference::citations
