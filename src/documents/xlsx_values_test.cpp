#include "documents/formats/xlsx_values.hpp"

#include <gtest/gtest.h>

namespace bedplate::documents {
namespace {

TEST(XlsxValues, DatesCountFromTheirEpoch) {
  EXPECT_EQ(date_text("45352", false), "2024-03-01");
  EXPECT_EQ(date_text("61", false), "1900-03-01");
  EXPECT_EQ(date_text("59", false), "1900-02-28") << "before the day that was not";
  EXPECT_EQ(date_text("1", false), "1900-01-01");
  EXPECT_EQ(date_text("0", true), "1904-01-01");
  EXPECT_EQ(date_text("43890", true), "2024-03-01");
  EXPECT_EQ(date_text("45352.999999", false), "2024-03-02") << "rounded to a second";
  EXPECT_EQ(date_text("0.75", false), "18:00:00");
  EXPECT_EQ(date_text("2958465", false), "9999-12-31");
  for (const char* none : {"", "x", "-1", "1e300", "nan", "2958467"}) {
    EXPECT_EQ(date_text(none, false), none);
  }
}

TEST(XlsxValues, NumbersHaveFifteenDigits) {
  EXPECT_EQ(number_text("0.10000000000000001"), "0.1");
  EXPECT_EQ(number_text("1E+2"), "100");
  EXPECT_EQ(number_text("-3"), "-3");
  EXPECT_EQ(number_text("123456789012345678"), "1.23456789012346e+17");
  EXPECT_EQ(number_text("12a"), "12a");
}

TEST(XlsxValues, ColumnsAreLetters) {
  EXPECT_EQ(column_of("A1"), 0);
  EXPECT_EQ(column_of("BC12"), 54);
  EXPECT_EQ(column_of("XFD1"), 16383);
  for (const char* none : {"", "1", "XFE1", "ZZZZZZZZZZZZ1", "a1"}) {
    EXPECT_EQ(column_of(none), -1) << none;
  }
}

TEST(XlsxValues, FieldsAreQuotedWhenTheyMustBe) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
}

}  // namespace
}  // namespace bedplate::documents
