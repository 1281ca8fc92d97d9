#include "objects/local/key_path.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace bedplate::objects {
namespace {

TEST(NaturalKeys, ArePathsBelowTheBucket) {
  for (const std::string key : {"a", "a/b", "...", ".a", "a..", "-", "a b", "\\", "\n"}) {
    EXPECT_TRUE(is_natural_key(key)) << key;
  }
  EXPECT_TRUE(is_natural_key(std::string(255, 'a') + "/b"));
  for (const std::string key : {"", ".", "..", "/", "/a", "a/", "a//b", "a/../b", "./a", "a/.."}) {
    EXPECT_FALSE(is_natural_key(key)) << key;
  }
  EXPECT_FALSE(is_natural_key(std::string(256, 'a')));
  EXPECT_FALSE(is_natural_key(std::string("a\0b", 3)));
}

std::vector<std::string> components(const std::string& path) {
  std::vector<std::string> out(1);
  for (const char c : path) {
    if (c == '/') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

TEST(EscapedPaths, LeadBackToTheirKey) {
  std::mt19937 random(1);
  std::set<std::string> paths;
  std::set<std::string> keys;
  for (int i = 0; i < 500; ++i) {
    std::string key(1 + random() % 1024, '\0');
    if (i % 3 == 0) key.resize(100 * (1 + random() % 9));
    for (char& c : key) c = static_cast<char>(random());
    const std::string path = escaped_key_path(key);
    std::string back;
    const auto parts = components(path);
    for (std::size_t n = 0; n < parts.size(); ++n) {
      EXPECT_LE(parts[n].size(), 255u);
      const auto piece = unescape_piece(parts[n], n + 1 < parts.size());
      ASSERT_TRUE(piece);
      back += *piece;
    }
    EXPECT_EQ(back, key);
    keys.insert(key);
    paths.insert(path);
  }
  EXPECT_EQ(keys.size(), paths.size());
}

TEST(EscapedPaths, AFileIsNeverWhereAFolderIs) {
  const std::string key(100, 'a');
  EXPECT_EQ(escaped_key_path(key).find('/'), std::string::npos);
  EXPECT_FALSE(escaped_key_path(key + "b").starts_with(escaped_key_path(key) + "/"));
}

TEST(EscapedPaths, OtherNamesAreNotTaken) {
  EXPECT_EQ(unescape_piece("6162", false), "ab");
  for (const std::string name : {"", "6", "616", "6g", "6A", "61+", ".", ".."}) {
    EXPECT_EQ(unescape_piece(name, false), std::nullopt) << name;
  }
  EXPECT_EQ(unescape_piece("6162", true), std::nullopt);
  EXPECT_EQ(unescape_piece("6162+", true), std::nullopt);  // folders are full
  EXPECT_EQ(unescape_piece(std::string(202, '6'), false), std::nullopt);
}

}  // namespace
}  // namespace bedplate::objects
