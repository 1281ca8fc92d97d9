#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

TEST(Clock, WritesEveryFormatOfOneMoment) {
  const auto time = parse_amz_date("20260102T030405Z");
  ASSERT_TRUE(time.has_value());
  EXPECT_EQ(format_iso8601_ms(*time), "2026-01-02T03:04:05.000Z");
  EXPECT_EQ(format_iso8601_s(*time), "2026-01-02T03:04:05Z");
  EXPECT_EQ(format_amz_date(*time), "20260102T030405Z");
  EXPECT_EQ(format_http_date(*time), "Fri, 02 Jan 2026 03:04:05 GMT");
  EXPECT_EQ(parse_iso8601_s("2026-01-02T03:04:05Z"), time);
}

TEST(Clock, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "20260102", "20260102T030405", "20260230T000000Z", "20260102T240000Z",
        "2026010aT000000Z", "40520102T030405Z", "19691231T235959Z", "20260102t030405Z"}) {
    EXPECT_EQ(parse_amz_date(text), std::nullopt) << text;
  }
  for (const char* text : {"2026-01-02", "2026-01-02 03:04:05Z", "2026/01/02T03:04:05Z"}) {
    EXPECT_EQ(parse_iso8601_s(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace bedplate
