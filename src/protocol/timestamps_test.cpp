#include "protocol/timestamps.hpp"

#include <gtest/gtest.h>

namespace bedplate::protocol {
namespace {

using std::chrono::milliseconds;

std::int64_t ms(std::string_view text) {
  const auto time = parse_timestamp(text);
  return time ? time->time_since_epoch().count() : -1;
}

TEST(Timestamps, ReadsRfc3339) {
  EXPECT_EQ(ms("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(ms("2026-01-02T03:04:05Z"), 1767323045000);
  EXPECT_EQ(ms("2026-01-02T03:04:05.678Z"), 1767323045678);
  EXPECT_EQ(ms("2026-01-02T03:04:05.6Z"), 1767323045600);
  EXPECT_EQ(ms("2026-01-02T03:04:05.678901234Z"), 1767323045678);
  EXPECT_EQ(ms("2026-01-02T05:04:05+02:00"), 1767323045000);
  EXPECT_EQ(ms("2026-01-01T21:34:05-05:30"), 1767323045000);
  EXPECT_EQ(ms("2026-01-02t03:04:05z"), 1767323045000);
}

TEST(Timestamps, RefusesWhatIsNotOne) {
  for (const char* text :
       {"", "2026", "2026-01-02", "2026-01-02T03:04:05", "2026-13-02T03:04:05Z",
        "2026-02-30T03:04:05Z", "2026-01-02T24:04:05Z", "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:61Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05Zx",
        "2026-01-02T03:04:05+2:00", "2026-01-02T03:04:05+02:60", "26-01-02T03:04:05Z",
        "2026-1-2T03:04:05Z", "0000-01-01T00:00:00Z", "2026-01-02 03:04:05Z"}) {
    EXPECT_FALSE(parse_timestamp(text)) << text;
  }
}

TEST(Timestamps, ReadsSecondsWithAFraction) {
  EXPECT_EQ(timestamp_from_seconds(1.5), Timestamp(milliseconds(1500)));
  EXPECT_EQ(timestamp_from_seconds(-1), Timestamp(milliseconds(-1000)));
  EXPECT_FALSE(timestamp_from_seconds(1e300));
  EXPECT_FALSE(timestamp_from_seconds(std::nan("")));
}

TEST(Timestamps, WritesAFractionOnlyWhenThereIsOne) {
  EXPECT_EQ(format_timestamp(Timestamp(milliseconds(1767323045000))), "2026-01-02T03:04:05Z");
  EXPECT_EQ(format_timestamp(Timestamp(milliseconds(1767323045678))), "2026-01-02T03:04:05.678Z");
  // Beyond what nanoseconds since 1970 can count, on either side.
  for (const std::string text : {"9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z"}) {
    EXPECT_EQ(format_timestamp(*parse_timestamp(text)), text);
  }
}

}  // namespace
}  // namespace bedplate::protocol
