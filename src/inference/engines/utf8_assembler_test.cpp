#include "inference/engines/utf8_assembler.hpp"

#include <gtest/gtest.h>

namespace bedplate::inference {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string assemble(const std::vector<std::string>& pieces) {
  Utf8Assembler assembler;
  std::string text;
  for (const std::string& piece : pieces) text += assembler.take(piece);
  return text + assembler.finish();
}

TEST(Utf8Assembler, PassesWholeCharactersOn) {
  EXPECT_EQ(assemble({"plain", " \xC3\xA9", "\xF0\x9F\x98\x80"}), "plain \xC3\xA9\xF0\x9F\x98\x80");
}

// Whatever the text is cut into, no piece that comes out ends inside a character.
TEST(Utf8Assembler, JoinsCharactersCutAnywhere) {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      EXPECT_EQ(assemble({text.substr(0, first), text.substr(first, second - first),
                          text.substr(second)}),
                text);
    }
  }
}

TEST(Utf8Assembler, HoldsAnIncompleteCharacterBack) {
  Utf8Assembler assembler;
  EXPECT_EQ(assembler.take("a\xF0\x9F"), "a");
  EXPECT_EQ(assembler.take("\x98"), "");
  EXPECT_EQ(assembler.take("\x80"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(assembler.finish(), "");
}

TEST(Utf8Assembler, ReplacesWhatCannotBecomeACharacter) {
  const std::string replacement(kReplacement);
  EXPECT_EQ(assemble({"a\xFFz"}), "a" + replacement + "z");
  EXPECT_EQ(assemble({"\xC3", "("}), replacement + "(");
  EXPECT_EQ(assemble({"\xE2\x82", "x"}), replacement + "x");
  EXPECT_EQ(assemble({"\xC0\xAF"}), replacement + replacement) << "overlong";
  EXPECT_EQ(assemble({"\xED\xA0\x80"}), replacement + replacement + replacement) << "surrogate";
  EXPECT_EQ(assemble({"\xF4\x90\x80\x80"}).substr(0, 3), replacement) << "beyond U+10FFFF";
  EXPECT_EQ(assemble({"end\xF0\x9F"}), "end" + replacement) << "cut off by the end";
}

}  // namespace
}  // namespace bedplate::inference
