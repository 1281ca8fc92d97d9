#include "inference/citations/citation_index.hpp"

#include <gtest/gtest.h>

namespace bedplate::inference::citations {
namespace {

using Unit = DocumentBlock::Unit;

constexpr const char* kTower =
    "The Harbour Tower was designed by Anna Berg. It was opened in 1937 and is 142 metres tall. "
    "Ships pass below it every day. Its lamp does not turn in summer.";

DocumentBlock document(std::vector<std::string> parts, Unit unit = Unit::kCharacters,
                       std::string name = "doc") {
  DocumentBlock block;
  block.name = std::move(name);
  block.format = "txt";
  block.parts = std::move(parts);
  block.unit = unit;
  return block;
}

CitationIndex index_of(const std::vector<DocumentBlock>& documents) {
  CitationIndex index;
  for (std::size_t i = 0; i < documents.size(); ++i) index.add(i, documents[i]);
  while (index.read_some()) {
  }
  return index;
}

std::vector<Citation> find(const char* source, std::string_view sentence) {
  return index_of({document({source})}).find(sentence);
}

/// The text between two characters, cut in another way than the index does.
std::string slice(const std::string& text, std::int64_t start, std::int64_t end) {
  std::string out;
  std::int64_t character = -1;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++character;
    if (character >= start && character < end) out += c;
  }
  return out;
}

TEST(CitationIndex, FindsAQuote) {
  const auto found = find(kTower, "The Harbour Tower was designed by Anna Berg.");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].text, "The Harbour Tower was designed by Anna Berg.");
  EXPECT_EQ(found[0].start, 0);
  EXPECT_EQ(found[0].end, 44);
  EXPECT_EQ(found[0].title, "doc");
}

TEST(CitationIndex, FindsShortQuotesAsAnthropicsPageShowsThem) {
  const char* source = "The grass is green. The sky is blue.";
  const auto found = find(source, "According to the document, the sky is blue. ");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].start, 20);
  EXPECT_EQ(found[0].end, 36);
}

TEST(CitationIndex, FindsAParaphraseByItsFacts) {
  for (const char* said :
       {"Opened back in 1937, the tower is 142 metres tall.", "- **Height**: it is 142 metres tall",
        "Anna Berg is the one who designed the Harbour Tower.",
        "2. The lamp doesn't turn during the summer."}) {
    EXPECT_EQ(find(kTower, said).size(), 1u) << said;
  }
}

TEST(CitationIndex, LeavesTextWithoutSupportAlone) {
  for (const char* said :
       {"I like towers.", "", "Yes.", "It was the same as it is with all of them.",
        "The bridge was built by Carl Lund in the east of the city.", "...", "1937", "\xFF\xFE",
        "Please let me know when I can help you with anything else!"}) {
    EXPECT_TRUE(find(kTower, said).empty()) << said;
  }
}

// A source that says otherwise is no source.
TEST(CitationIndex, AskForEveryNumberTheNameAndTheNegation) {
  EXPECT_TRUE(find(kTower, "It was opened in 1936 and is 142 metres tall.").empty());
  EXPECT_TRUE(find(kTower, "The Harbour Tower was designed by Carl Lund.").empty());
  EXPECT_TRUE(find(kTower, "Ships do not pass below it every day.").empty());
  EXPECT_TRUE(
      find("Berlin is the capital of Germany.", "Paris is the capital of Germany.").empty());
}

TEST(CitationIndex, TakesNeighboursThatAddSomething) {
  const auto found =
      find(kTower, "Anna Berg designed the Harbour Tower, which was opened in 1937.");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].text,
            "The Harbour Tower was designed by Anna Berg. It was opened in 1937 and is 142 metres "
            "tall.");
}

TEST(CitationIndex, TakesTheFirstOfEqualPassages) {
  const auto found = find("Costs rose in spring. Sales fell in autumn. Costs rose in spring.",
                          "Costs rose in spring.");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].start, 0);
}

TEST(CitationIndex, CitesSeveralDocumentsThatSayTheSame) {
  const auto index = index_of(
      {document({"Rain fell."}, Unit::kCharacters, "a"), document({kTower}, Unit::kCharacters, "b"),
       document({std::string("Intro. ") + kTower}, Unit::kCharacters, "c")});
  const auto found = index.find("It was opened in 1937 and is 142 metres tall.");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].document_index, 1u);
  EXPECT_EQ(found[1].document_index, 2u);
  EXPECT_EQ(found[1].start, found[0].start + 7);
}

TEST(CitationIndex, CountsUnicodeCharacters) {
  const std::string source =
      "  Grüße aus 東京 \xF0\x9F\x98\x80! Die Brücke wurde 1937 in Köln eröffnet. Ende.";
  const auto found = find(source.c_str(), "1937 wurde in Köln die Brücke eröffnet.");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].text, "Die Brücke wurde 1937 in Köln eröffnet.");
  EXPECT_EQ(slice(source, found[0].start, found[0].end), found[0].text);
}

TEST(CitationIndex, NamesThePagesOfAPdf) {
  const auto index = index_of({document({"Cover.", "", "Our revenue in Norway reached",
                                         "44 million in 2021. Profit fell very sharply.\n"},
                                        Unit::kPages)});
  const auto found = index.find("Revenue in Norway reached 44 million in 2021.");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].text, "Our revenue in Norway reached\n44 million in 2021.");
  EXPECT_EQ(found[0].start, 3);
  EXPECT_EQ(found[0].end, 5);  // both pages
  const auto one_page = index.find("Its profit fell very sharply.");
  ASSERT_EQ(one_page.size(), 1u);
  EXPECT_EQ(one_page[0].start, 4);
  EXPECT_EQ(one_page[0].end, 5);
}

TEST(CitationIndex, NamesTheClientsOwnChunks) {
  const std::vector<std::string> parts = {"", "Cats sleep. Anna sold 12 ships.\n",
                                          "Carl bought 15 boats."};
  const auto index = index_of({document(parts, Unit::kChunks)});
  const auto found = index.find("Anna sold 12 ships.");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].text, parts[1]);
  EXPECT_EQ(found[0].start, 1);
  EXPECT_EQ(found[0].end, 2);
  // Chunks are not read on into one another, as a text is.
  constexpr std::string_view kBoth = "Anna sold 12 ships and Carl bought 15 boats.";
  EXPECT_TRUE(index.find(kBoth).empty());
  EXPECT_EQ(index_of({document({parts[1] + parts[2]})}).find(kBoth).size(), 1u);
}

TEST(CitationIndex, TablesAreReadByTheLine) {
  DocumentBlock table = document({"ship,crew\nAurora,112\nBoreas,97\n"});
  table.format = "csv";
  const auto found = index_of({table}).find("The Boreas has a crew of 97.");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].text.find("Boreas,97"), std::string::npos);
}

TEST(CitationIndex, EmptyDocumentsAreNotCited) {
  CitationIndex index;
  index.add(0, document({}));
  index.add(1, document({"", ""}, Unit::kPages));
  EXPECT_TRUE(index.empty());
  EXPECT_TRUE(index_of({document({" \n "})}).find("The Harbour Tower is tall.").empty());
}

// Whatever is said of whatever is there: a citation's text is at its place.
TEST(CitationIndex, EveryPlaceHoldsTheCitedText) {
  std::string text;
  std::vector<std::string> said;
  for (int i = 0; i < 3000; ++i) {
    const std::string fact = "Schiff " + std::to_string(i) + " trägt Ladung " +
                             std::to_string(i * 7) + " nach Hafen " + std::to_string(i % 40);
    if (i % 100 == 0) said.push_back(fact + ".");
    text += fact + (i % 3 == 0 ? ".\n\n" : ". ");
  }
  ASSERT_LT(text.size(), 256u << 10);
  text += std::string(300'000, 'x') + "\n\n";  // more than one piece of reading
  said.push_back("Leuchtturm Süd wurde 1888 in Kiel gebaut.");
  text += said.back();
  const auto index = index_of({document({text})});
  for (const std::string& sentence : said) {
    const auto found = index.find(sentence);
    ASSERT_EQ(found.size(), 1u) << sentence;
    EXPECT_EQ(found[0].text, sentence);
    EXPECT_EQ(slice(text, found[0].start, found[0].end), found[0].text);
  }
}

TEST(CitationIndex, TakesNoMoreThanItsBound) {
  CitationIndex index;
  index.add(0, document({std::string(kIndexedBytesMax - 100, 'x')}));
  index.add(1, document({kTower}));
  while (index.read_some()) {
  }
  EXPECT_TRUE(index.find("The Harbour Tower was designed by Anna Berg.").empty());
}

}  // namespace
}  // namespace bedplate::inference::citations
