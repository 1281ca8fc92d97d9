#include "inference/conversation.hpp"

#include <gtest/gtest.h>

namespace bedplate::inference {
namespace {

TEST(Conversation, CitedTextIsABlockOfItsOwn) {
  GenerationReply reply;
  for (const char* text : {"One. ", "Two. "}) append(reply, TextDelta{text, {}});
  append(reply, TextDelta{"Three. ", {}, {Citation{.text = "3"}}});
  append(reply, TextDelta{"Four. ", {}, {Citation{.text = "4"}}});
  for (const char* text : {"Five. ", "Six."}) append(reply, TextDelta{text, {}});

  ASSERT_EQ(reply.content.size(), 4u);
  const auto block = [&](std::size_t i) { return std::get<TextBlock>(reply.content[i]); };
  EXPECT_EQ(block(0).text, "One. Two. ");
  EXPECT_EQ(block(1).text, "Three. ");
  EXPECT_EQ(block(2).citations.at(0).text, "4");
  EXPECT_EQ(block(3).text, "Five. Six.");
  EXPECT_EQ(reply.text(), "One. Two. Three. Four. Five. Six.");
}

}  // namespace
}  // namespace bedplate::inference
