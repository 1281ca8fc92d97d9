#include "protocol/json_writer.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>

#include "protocol/shape_json.hpp"
#include "protocol/test_shapes.hpp"

namespace bedplate::protocol {
namespace {

using test::Choice;
using test::Everything;
using test::Leaf;

std::string number(double value) {
  std::string out;
  append_json_number(out, value);
  return out;
}

std::string text(std::string_view value) {
  std::string out;
  append_json_string(out, value);
  return out;
}

TEST(JsonWriter, EscapesWhatMustBeEscaped) {
  EXPECT_EQ(text(""), R"("")");
  EXPECT_EQ(text("plain"), R"("plain")");
  EXPECT_EQ(text("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(text("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(text(std::string_view("\0\x1f", 2)), R"("\u0000\u001f")");
  EXPECT_EQ(text("caf\xc3\xa9"), "\"caf\xc3\xa9\"");
}

TEST(JsonWriter, WritesNumbersAsJavaDoes) {
  EXPECT_EQ(number(0), "0.0");
  EXPECT_EQ(number(0.5), "0.5");
  EXPECT_EQ(number(1), "1.0");
  EXPECT_EQ(number(-28), "-28.0");
  EXPECT_EQ(number(0.319), "0.319");
  EXPECT_EQ(number(9999999), "9999999.0");
  EXPECT_EQ(number(1e7), "1.0E7");
  EXPECT_EQ(number(1.5e-5), "1.5E-5");
  EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "null");
  std::string out;
  append_json_number(out, 0.1f);
  EXPECT_EQ(out, "0.1");
}

TEST(JsonWriter, ANumberReadsBackAsItself) {
  for (const double value : {1e7, 1.5e-5, 5e-324, 1.7976931348623157e308, 0.1, 123456.789}) {
    EXPECT_EQ(boost::json::parse(number(value)).as_double(), value) << number(value);
  }
}

TEST(JsonWriter, MembersStandInAlphabeticalOrderAndAbsentOnesAreLeftOut) {
  Everything value;
  value.name = "x";
  value.flag = true;
  value.words = {"b", "a"};
  value.labels.emplace()["k"] = "v";
  value.bytes = "hi";
  EXPECT_EQ(
      to_json_text(value),
      R"({"bytes":"aGk=","flag":true,"id":"","labels":{"k":"v"},"name":"x","words":["b","a"]})");
}

TEST(JsonWriter, EmptyContainersAreWritten) {
  Everything value;
  value.words.emplace();
  value.byName.emplace();
  EXPECT_EQ(to_json_text(value), R"({"byName":{},"id":"","name":"","words":[]})");
  EXPECT_EQ(to_json_text(test::Empty{}), "{}");
}

TEST(JsonWriter, UnionsCarryTheirOneMember) {
  Choice choice;
  choice.leaf = Leaf{.name = "n", .count = 3};
  EXPECT_EQ(to_json_text(choice), R"({"leaf":{"count":3,"name":"n"}})");
}

TEST(JsonWriter, DocumentsKeepTheirOrderAndTheirIntegers) {
  Everything value;
  value.document = boost::json::parse(R"({"z":1,"a":[1.0,null,true,"s",-3,18446744073709551615]})");
  std::string out;
  append_json_document(out, *value.document);
  EXPECT_EQ(out, R"({"z":1,"a":[1.0,null,true,"s",-3,18446744073709551615]})");
}

TEST(JsonWriter, ToJsonAgreesWithTheText) {
  Everything value;
  value.name = "x";
  value.big = std::numeric_limits<std::int64_t>::min();
  value.real = 0.25;
  value.time = Timestamp(std::chrono::milliseconds(1500));
  value.leaves = {{.name = "a", .secret = "s"}, {.name = "b"}};
  value.byName.emplace()["k"].name = "c";
  value.document = boost::json::parse(R"({"deep":[{}]})");
  EXPECT_EQ(boost::json::parse(to_json_text(value)), to_json(value));
}

}  // namespace
}  // namespace bedplate::protocol
