// Page tokens: what is not ours is refused.
#include "storage/page_token.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "base/bytes.hpp"

namespace bedplate::storage {
namespace {

const std::string kKey(32, 'k');
const Position kPosition{"näme \"quoted\"", "id-1"};

ListQuery query_of_account() {
  ListQuery query;
  query.account_id = "123456789012";
  query.region = "us-east-1";
  query.kind = "thing";
  query.name_contains = "x";
  return query;
}

TEST(PageTokensTest, BringsThePositionBack) {
  const PageTokens tokens(kKey);
  ListQuery query = query_of_account();
  const std::string token = tokens.encode(query, kPosition);
  EXPECT_EQ(tokens.decode(query, token), kPosition);
  query.limit = 7;  // pages may differ in size
  query.after = kPosition;
  EXPECT_EQ(tokens.decode(query, token), kPosition);
  EXPECT_EQ(tokens.decode("1", "list", tokens.encode("1", "list", {"", ""})), (Position{"", ""}));
}

TEST(PageTokensTest, IsOfOneListOnly) {
  const PageTokens tokens(kKey);
  const std::string token = tokens.encode(query_of_account(), kPosition);
  const std::vector<std::function<void(ListQuery&)>> changes{
      [](ListQuery& q) { q.account_id = "999999999999"; },
      [](ListQuery& q) { q.region = "eu-west-1"; },
      [](ListQuery& q) { q.kind = "other"; },
      [](ListQuery& q) { q.parent = "p"; },
      [](ListQuery& q) { q.order = Order::kName; },
      [](ListQuery& q) { q.direction = Direction::kDescending; },
      [](ListQuery& q) { q.state = ""; },
      [](ListQuery& q) { q.name = "x"; },
      [](ListQuery& q) { q.name_prefix = "x"; },
      [](ListQuery& q) { q.name_contains.reset(); },
      [](ListQuery& q) { q.created_after_ms = 0; },
      [](ListQuery& q) { q.created_before_ms = 0; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    ListQuery query = query_of_account();
    changes[i](query);
    EXPECT_THROW(tokens.decode(query, token), BadPageToken) << "change " << i;
  }
  EXPECT_THROW(tokens.decode("123456789012", "thing", token), BadPageToken);
  EXPECT_THROW(tokens.decode("12", "3list", tokens.encode("123", "list", kPosition)), BadPageToken);
  EXPECT_THROW(PageTokens(std::string(32, 'o')).decode(query_of_account(), token), BadPageToken);
}

TEST(PageTokensTest, NoByteCanBeChanged) {
  const PageTokens tokens(kKey);
  const std::string bytes = *base64_decode(tokens.encode(query_of_account(), kPosition));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_THROW(tokens.decode(query_of_account(), base64_encode(changed)), BadPageToken) << i;
    EXPECT_THROW(tokens.decode(query_of_account(), base64_encode(bytes.substr(0, i))),
                 BadPageToken);
  }
  for (const std::string& nonsense :
       {std::string(), std::string("!"), std::string("AAAA"), std::string(100'000, 'A'), bytes}) {
    EXPECT_THROW(tokens.decode(query_of_account(), nonsense), BadPageToken);
  }
}

TEST(PageTokensTest, NeedsAKey) {
  EXPECT_THROW(PageTokens("short"), std::invalid_argument);
}

}  // namespace
}  // namespace bedplate::storage
