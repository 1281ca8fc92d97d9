// Listings: what every implementation must do.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "objects/contract_for_test.hpp"

namespace bedplate::objects {
namespace {

class ListContract : public ObjectsContract {};
INSTANTIATE_TEST_SUITE_P(Local, ListContract, testing::ValuesIn(kVariants), variant_name);

/// ListObjectsV2 over a set of keys, as S3 describes it.
ListPage model_of(const std::set<std::string>& keys, const ListRequest& request) {
  ListPage page;
  std::string last_prefix;
  for (const std::string& key : keys) {
    if (!key.starts_with(request.prefix)) continue;
    std::string prefix;
    if (!request.delimiter.empty()) {
      const std::size_t at = key.find(request.delimiter, request.prefix.size());
      if (at != key.npos) prefix = key.substr(0, at + request.delimiter.size());
    }
    const std::string& name = prefix.empty() ? key : prefix;
    if (name <= request.start_after || (!prefix.empty() && prefix == last_prefix)) continue;
    last_prefix = prefix;
    if (prefix.empty()) {
      page.objects.push_back({key});
    } else {
      page.common_prefixes.push_back(prefix);
    }
  }
  return page;
}

std::string random_text(std::mt19937& random, std::size_t length_max) {
  static const std::vector<std::string> kPieces = {"a", "b", "a",  "/", "/",        "//", "-",
                                                   "0", ".", "..", "~", "\xc3\xa4", "!",  "a/"};
  std::string out;
  const std::size_t pieces = random() % (length_max + 1);
  for (std::size_t i = 0; i < pieces; ++i) out += kPieces[random() % kPieces.size()];
  return out;
}

TEST_P(ListContract, ListsLikeANaiveModel) {
  std::mt19937 random(20261120);
  std::set<std::string> keys;
  const std::size_t rounds = std::string(GetParam().name) == "Durable" ? 60 : 600;
  for (std::size_t i = 0; i < rounds; ++i) {
    std::string key = random_text(random, 7);
    if (i % 50 == 0) key += std::string(random() % 400, 'l');
    if (key.empty()) continue;
    if (i % 5 == 4) {
      caller.remove(key);
      keys.erase(key);
    } else {
      caller.put(key, "");
      keys.insert(key);
    }
  }
  for (int i = 0; i < 300; ++i) {
    ListRequest request;
    request.prefix = random_text(random, 2);
    if (random() % 3 != 0) request.delimiter = random() % 4 == 0 ? "a/" : "/";
    if (random() % 2 == 0) request.start_after = random_text(random, 4);
    const ListPage expected = model_of(keys, request);
    std::vector<std::string> names;
    std::vector<std::string> prefixes;
    request.keys_max = 1 + random() % 40;
    for (bool more = true; more;) {
      const ListPage page = caller.list(request);
      for (const auto& object : page.objects) names.push_back(object.key);
      for (const auto& prefix : page.common_prefixes) prefixes.push_back(prefix);
      EXPECT_LE(page.objects.size() + page.common_prefixes.size(), request.keys_max);
      request.continuation = page.continuation;
      more = page.truncated;
    }
    std::vector<std::string> expected_names;
    for (const auto& object : expected.objects) expected_names.push_back(object.key);
    ASSERT_EQ(names, expected_names) << request.prefix << " " << request.start_after;
    ASSERT_EQ(prefixes, expected.common_prefixes) << request.prefix << " " << request.start_after;
  }
}

TEST_P(ListContract, ListsSaySizesAndETags) {
  const ObjectInfo put = caller.put("a", "text");
  const ListPage page = caller.list();
  ASSERT_EQ(page.objects.size(), 1u);
  EXPECT_EQ(page.objects[0].etag, put.etag);
  EXPECT_EQ(page.objects[0].size_bytes, 4u);
  EXPECT_EQ(page.objects[0].last_modified, put.last_modified);
  ListRequest request;
  request.keys_max = 0;
  EXPECT_TRUE(caller.keys(request).empty());
  request.keys_max = 1;
  request.continuation = "?";
  EXPECT_EQ(kind_of([&] { caller.list(request); }), ErrorKind::kInvalidArgument);
}

}  // namespace
}  // namespace bedplate::objects
