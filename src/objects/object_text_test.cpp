#include "objects/object_text.hpp"

#include <gtest/gtest.h>

#include "objects/objects_for_test.hpp"

namespace bedplate::objects {
namespace {

class ObjectText : public testing::Test {
 protected:
  ObjectText() { caller.make_bucket("bucket"); }

  static LocalOptions options(const std::filesystem::path& path) {
    LocalOptions out;
    out.directory = path;
    out.durable = false;
    out.threads = 2;
    return out;
  }
  /// Lines as "offset:text", one that is too long as "offset!".
  std::vector<std::string> lines(const std::string& text, std::size_t bytes_max = 100,
                                 std::uint64_t from = 0) {
    caller.put("a", text);
    LineReader reader = wait_for(LineReader::open(objects, {"bucket", "a"}, bytes_max, from));
    EXPECT_EQ(reader.info().size_bytes, text.size());
    std::vector<std::string> out;
    while (const auto line = wait_for(reader.next())) {
      out.push_back(std::to_string(line->offset) + (line->too_long ? "!" : ":") + line->text);
    }
    return out;
  }
  using Lines = std::vector<std::string>;

  FolderForTest folder;
  MachineClock clock;
  LocalObjects objects{options(folder.path), clock};
  Caller caller{objects};
};

TEST_F(ObjectText, IsWrittenAndRead) {
  const ObjectUri uri{"bucket", "folder/a"};
  EXPECT_FALSE(wait_for(object_exists(objects, uri)));
  const ObjectInfo info = wait_for(write_object(objects, uri, "text", "application/json"));
  EXPECT_EQ(info.headers.content_type, "application/json");
  EXPECT_TRUE(wait_for(object_exists(objects, uri)));
  EXPECT_EQ(wait_for(read_object(objects, uri, 4)), "text");
  EXPECT_EQ(kind_of([&] { wait_for(read_object(objects, uri, 3)); }), ErrorKind::kEntityTooLarge);
  EXPECT_EQ(kind_of([&] {
              wait_for(object_exists(objects, {"absent", "a"}));
            }),
            ErrorKind::kNoSuchBucket);
}

TEST_F(ObjectText, Lines) {
  EXPECT_EQ(lines(""), Lines{});
  EXPECT_EQ(lines("a"), (Lines{"0:a"}));
  EXPECT_EQ(lines("a\n"), (Lines{"0:a"}));
  EXPECT_EQ(lines("\n\n"), (Lines{"0:", "1:"}));
  EXPECT_EQ(lines("a\r\nbc\n\r\nd"), (Lines{"0:a", "3:bc", "6:", "8:d"}));
  EXPECT_EQ(lines("abc\nabcd\nabc\r\nabcd", 3), (Lines{"0:abc", "4!", "9:abc", "14!"}));
}

TEST_F(ObjectText, LinesGoOnWhereTheyWere) {
  EXPECT_EQ(lines("a\nbc\nd", 100, 2), (Lines{"2:bc", "5:d"}));
  EXPECT_EQ(lines("a\nbc\n", 100, 5), Lines{});
  EXPECT_EQ(kind_of([&] { lines("a\n", 100, 3); }), ErrorKind::kInvalidRange);
}

TEST_F(ObjectText, LinesOverManyPieces) {
  std::string text;
  Lines expected;
  for (int i = 0; i < 60; ++i) {
    const std::string line(static_cast<std::size_t>(i) * 1'777, static_cast<char>('a' + i % 26));
    expected.push_back(std::to_string(text.size()) + (line.size() > 90'000 ? "!" : ":") +
                       (line.size() > 90'000 ? "" : line));
    text += line + "\n";
  }
  EXPECT_TRUE(lines(text, 90'000) == expected);
}

}  // namespace
}  // namespace bedplate::objects
