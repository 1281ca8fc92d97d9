#include <gtest/gtest.h>

#include "objects/objects.hpp"
#include "objects/objects_for_test.hpp"

namespace bedplate::objects {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ObjectInfo object() {
  ObjectInfo info;
  info.etag = "abc";
  info.last_modified = Timestamp(milliseconds(100'500));
  return info;
}

std::optional<ErrorKind> reading(Conditions conditions) {
  return kind_of([&] { check_read_conditions(conditions, object()); });
}

std::optional<ErrorKind> writing(Conditions conditions, bool exists) {
  const ObjectInfo info = object();
  return kind_of([&] { check_write_conditions(conditions, exists ? &info : nullptr); });
}

TEST(Conditions, OfReads) {
  EXPECT_EQ(reading({}), std::nullopt);
  for (const char* list : {"\"abc\"", "abc", "*", "\"x\", \"abc\"", "W/\"abc\""}) {
    EXPECT_EQ(reading({.if_match = list}), std::nullopt) << list;
    EXPECT_EQ(reading({.if_none_match = list}), ErrorKind::kNotModified) << list;
  }
  for (const char* list : {"\"x\"", "\"ab\"", "", "\"abc"}) {
    EXPECT_EQ(reading({.if_match = list}), ErrorKind::kPreconditionFailed) << list;
    EXPECT_EQ(reading({.if_none_match = list}), std::nullopt) << list;
  }
  // The same second is not later.
  const Timestamp same(seconds(100));
  const Timestamp before(seconds(99));
  EXPECT_EQ(reading({.if_modified_since = same}), ErrorKind::kNotModified);
  EXPECT_EQ(reading({.if_modified_since = before}), std::nullopt);
  EXPECT_EQ(reading({.if_unmodified_since = same}), std::nullopt);
  EXPECT_EQ(reading({.if_unmodified_since = before}), ErrorKind::kPreconditionFailed);
}

TEST(Conditions, ETagsComeBeforeTimes) {
  const Timestamp before(seconds(99));
  const Timestamp after(seconds(200));
  EXPECT_EQ(reading({.if_match = "abc", .if_unmodified_since = before}), std::nullopt);
  EXPECT_EQ(reading({.if_none_match = "x", .if_modified_since = after}), std::nullopt);
  EXPECT_EQ(reading({.if_none_match = "abc", .if_modified_since = before}),
            ErrorKind::kNotModified);
}

TEST(Conditions, OfWrites) {
  EXPECT_EQ(writing({}, true), std::nullopt);
  EXPECT_EQ(writing({.if_none_match = "*"}, true), ErrorKind::kPreconditionFailed);
  EXPECT_EQ(writing({.if_none_match = "*"}, false), std::nullopt);
  EXPECT_EQ(writing({.if_match = "\"abc\""}, true), std::nullopt);
  EXPECT_EQ(writing({.if_match = "\"x\""}, true), ErrorKind::kPreconditionFailed);
  EXPECT_EQ(writing({.if_match = "*"}, false), ErrorKind::kNoSuchKey);
}

/// "offset+bytes", "416", or "ignored".
std::string resolved(std::string_view header, std::uint64_t size) {
  const auto range = parse_range(header);
  if (!range) return "ignored";
  try {
    const Span span = resolve_range(*range, size);
    return std::to_string(span.offset) + "+" + std::to_string(span.bytes);
  } catch (const ObjectsError& error) {
    EXPECT_EQ(error.size_bytes, size);
    return std::to_string(http_status(error.kind));
  }
}

TEST(Ranges, AreResolved) {
  EXPECT_EQ(resolved("bytes=0-0", 10), "0+1");
  EXPECT_EQ(resolved("bytes=2-5", 10), "2+4");
  EXPECT_EQ(resolved("bytes=2-", 10), "2+8");
  EXPECT_EQ(resolved("bytes=2-99", 10), "2+8");
  EXPECT_EQ(resolved("bytes=0-18446744073709551615", 10), "0+10");
  EXPECT_EQ(resolved("bytes=-3", 10), "7+3");
  EXPECT_EQ(resolved("bytes=-99", 10), "0+10");
  EXPECT_EQ(resolved("bytes=9-9", 10), "9+1");
  EXPECT_EQ(resolved("bytes=10-", 10), "416");
  EXPECT_EQ(resolved("bytes=-0", 10), "416");
  EXPECT_EQ(resolved("bytes=0-", 0), "416");
  EXPECT_EQ(resolved("bytes=-1", 0), "416");
}

TEST(Ranges, AreIgnoredWhenTheyAreNone) {
  for (const char* header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=0-1,3-4", "items=0-1",
        "bytes=+1-2", "bytes=1--2", "bytes=18446744073709551616-", "bytes=0x1-2"}) {
    EXPECT_EQ(resolved(header, 10), "ignored") << header;
  }
}

}  // namespace
}  // namespace bedplate::objects
