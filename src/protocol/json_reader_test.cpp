#include "protocol/json_reader.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdint>

#include "base/api_error.hpp"
#include "protocol/shape_json.hpp"
#include "protocol/test_shapes.hpp"

namespace bedplate::protocol {
namespace {

using test::Choice;
using test::Everything;
using test::Leaf;

template <class T>
T read(std::string_view text) {
  return from_json<T>(parse_json(text));
}

// The error that reading `text` ends with: "Type: message".
template <class T>
std::string error_of(std::string_view text) {
  try {
    read<T>(text);
  } catch (const ApiError& error) {
    return error.type + ": " + error.what();
  }
  return "none";
}

std::string validation(const std::string& text) {
  return "ValidationException: 1 validation error detected: Value " + text;
}
std::string serialization(const std::string& text) {
  return "SerializationException: " + text;
}

// The required members of Everything, and `members`.
std::string with(const std::string& members) {
  return R"({"id":"a","name":"n",)" + members + "}";
}

TEST(JsonReader, ReadsEveryKind) {
  const auto value = read<Everything>(
      with(R"("flag":true,"integer":-5,"big":9007199254740993,"fraction":0.5,"real":1e300,)"
           R"("bytes":"aGk=","time":"2026-01-02T03:04:05Z","document":{"a":[null,1.5]},)"
           R"("color":"red","words":["a","b"],"leaves":[{"name":"x","count":2}],)"
           R"("labels":{"k":"v"},"byName":{"K":{"name":"y"}},"choices":[{"text":"t"}])"));
  EXPECT_EQ(value.name, "n");
  EXPECT_EQ(value.flag, true);
  EXPECT_EQ(value.integer, -5);
  EXPECT_EQ(value.big, 9007199254740993);
  EXPECT_EQ(value.fraction, 0.5f);
  EXPECT_EQ(value.real, 1e300);
  EXPECT_EQ(value.bytes, "hi");
  EXPECT_EQ(value.time, Timestamp(std::chrono::seconds(1767323045)));
  EXPECT_EQ(*value.document, parse_json(R"({"a":[null,1.5]})"));
  EXPECT_EQ(value.words, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(value.leaves->at(0).count, 2);
  EXPECT_EQ(value.labels->at("k"), "v");
  EXPECT_EQ(value.byName->at("K").name, "y");
  EXPECT_EQ(value.choices->at(0).text, "t");
  EXPECT_FALSE(value.choices->at(0).leaf);
}

TEST(JsonReader, UnknownMembersAreIgnoredAndNullIsAbsent) {
  const auto leaf = read<Leaf>(R"({"name":"x","count":null,"new":{"deep":[1]}})");
  EXPECT_EQ(leaf.name, "x");
  EXPECT_FALSE(leaf.count);
}

TEST(JsonReader, EmptyIsNotAbsent) {
  const auto value = read<Everything>(with(R"("words":[],"labels":{})"));
  EXPECT_TRUE(value.words.has_value());
  EXPECT_TRUE(value.labels.has_value());
}

TEST(JsonReader, OfARepeatedKeyTheLastCounts) {
  EXPECT_EQ(read<Leaf>(R"({"name":"a","name":"b"})").name, "b");
}

TEST(JsonReader, ANumberWithoutAFractionIsAnInteger) {
  EXPECT_EQ(read<Everything>(with(R"("integer":2.0)")).integer, 2);
  EXPECT_EQ(read<Everything>(with(R"("integer":1e2)")).integer, 100);
}

TEST(JsonReader, SecondsAreATimestampToo) {
  EXPECT_EQ(read<Everything>(with(R"("time":1.5)")).time,
            Timestamp(std::chrono::milliseconds(1500)));
}

TEST(JsonReader, WhatIsNotJsonIsRefused) {
  for (const char* text : {"{", "", "{\"name\":1,}", "nul", "{} {}", "\xff", "{\"a\":\"\xc3\"}",
                           "{\"a\":NaN}", "{\"a\":01}", "\"\x01\""}) {
    EXPECT_EQ(error_of<Leaf>(text), serialization("The request body is not valid JSON")) << text;
  }
}

TEST(JsonReader, NestingIsBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_NO_THROW(parse_json(nested(kJsonDepthMax)));
  EXPECT_EQ(error_of<Leaf>(nested(kJsonDepthMax + 1)),
            serialization("The request body nests too deeply"));
  EXPECT_EQ(error_of<Leaf>(std::string(1'000'000, '[')),
            serialization("The request body nests too deeply"));
}

TEST(JsonReader, NamesTheWrongType) {
  EXPECT_EQ(error_of<Leaf>(R"({"name":1})"),
            serialization("NUMBER_VALUE can not be converted to a String"));
  EXPECT_EQ(error_of<Leaf>(R"({"name":true})"),
            serialization("TRUE_VALUE can not be converted to a String"));
  EXPECT_EQ(error_of<Leaf>(R"({"name":[]})"),
            serialization("Start of list found where not expected"));
  EXPECT_EQ(error_of<Leaf>(R"({"name":{}})"),
            serialization("Start of structure or map found where not expected"));
  EXPECT_EQ(error_of<Leaf>(R"({"name":"x","count":"1"})"),
            serialization("STRING_VALUE can not be converted to an Integer"));
  EXPECT_EQ(error_of<Leaf>(R"({"name":"x","count":1.5})"),
            serialization("NUMBER_VALUE can not be converted to an Integer"));
  EXPECT_EQ(error_of<Everything>(with(R"("words":"x")")), serialization("Expected list or null"));
  EXPECT_EQ(error_of<Everything>(with(R"("hidden":"x")")), serialization("Expected null"));
  EXPECT_EQ(error_of<Everything>(with(R"("labels":1)")), serialization("Expected null"));
  EXPECT_EQ(error_of<Everything>(with(R"("bytes":1)")),
            serialization("only base-64-encoded strings are convertible to bytes"));
  EXPECT_EQ(error_of<Everything>(with(R"("bytes":"a")")),
            serialization("only base-64-encoded strings are convertible to bytes"));
  EXPECT_EQ(error_of<Everything>(with(R"("time":"soon")")),
            serialization("STRING_VALUE can not be converted to a Date"));
  EXPECT_EQ(error_of<Everything>(with(R"("flag":"true")")),
            serialization("STRING_VALUE can not be converted to a Boolean"));
  EXPECT_EQ(error_of<Everything>(with(R"("real":1e400)")),
            serialization("NUMBER_VALUE can not be converted to a Double"));
  EXPECT_EQ(error_of<Everything>("[]"), serialization("Start of list found where not expected"));
  EXPECT_EQ(error_of<Everything>("null"), serialization("Expected null"));
}

TEST(JsonReader, AnIntegerThatDoesNotFitBreaksTheRangeIfThereIsOne) {
  EXPECT_EQ(error_of<Leaf>(R"({"name":"x","count":99999999999})"),
            validation("'99999999999' at 'count' failed to satisfy constraint: Member must have "
                       "value less than or equal to 10"));
  EXPECT_EQ(error_of<Everything>(with(R"("integer":2147483648)")),
            serialization("NUMBER_VALUE can not be converted to an Integer"));
  EXPECT_EQ(error_of<Everything>(with(R"("big":1e19)")),
            serialization("NUMBER_VALUE can not be converted to a Long"));
  EXPECT_EQ(read<Everything>(with(R"("integer":-2147483648)")).integer, INT32_MIN);
}

TEST(JsonReader, NamesARequiredMemberThatIsAbsentOrNull) {
  const std::string expected =
      validation("null at 'name' failed to satisfy constraint: Member must not be null");
  EXPECT_EQ(error_of<Leaf>("{}"), expected);
  EXPECT_EQ(error_of<Leaf>(R"({"name":null})"), expected);
}

// Recorded: "3 validation errors detected: Value '' at 'toolConfig.tools.1.member.toolSpec.name'
// … pattern …; Value '' … length …; Value '' at '…description' …".
TEST(JsonReader, NamesEverythingThatIsWrong) {
  EXPECT_EQ(error_of<Everything>(R"({"id":"a","name":"","leaves":[{"name":"x","count":11}]})"),
            "ValidationException: 3 validation errors detected: "
            "Value '' at 'name' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-z]+; "
            "Value '' at 'name' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1; "
            "Value '11' at 'leaves.1.member.count' failed to satisfy constraint: "
            "Member must have value less than or equal to 10");
}

TEST(JsonReader, CountsCharactersNotBytes) {
  EXPECT_EQ(error_of<Everything>(R"({"id":"a","name":"aaaaaa"})"),
            validation("'aaaaaa' at 'name' failed to satisfy constraint: Member must have length "
                       "less than or equal to 5"));
  // Five characters of two bytes each break the pattern only.
  EXPECT_EQ(
      error_of<Everything>("{\"id\":\"a\",\"name\":\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"}"),
      validation("'\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9' at 'name' failed to satisfy "
                 "constraint: Member must satisfy regular expression pattern: [a-z]+"));
}

// Recorded: "Value '32424.0' at 'inferenceConfig.temperature' …".
TEST(JsonReader, EchoesNumbersAsJavaPrintsThem) {
  const std::string rest =
      " at 'fraction' failed to satisfy constraint: Member must have value less than or equal to 1";
  EXPECT_EQ(error_of<Everything>(with(R"("fraction":32424)")), validation("'32424.0'" + rest));
  EXPECT_EQ(error_of<Everything>(with(R"("fraction":1.1)")), validation("'1.1'" + rest));
}

TEST(JsonReader, NamesAnEnumsValues) {
  EXPECT_EQ(error_of<Everything>(with(R"("color":"blue")")),
            validation("'blue' at 'color' failed to satisfy constraint: Member must satisfy enum "
                       "value set: [red, green]"));
  EXPECT_EQ(read<Everything>(with(R"("task":"General")")).task, "General");
}

TEST(JsonReader, NamesAListsLength) {
  EXPECT_EQ(error_of<Everything>(with(R"("words":["a","b","c","d"])")),
            validation("'[a, b, c, d]' at 'words' failed to satisfy constraint: Member must have "
                       "length less than or equal to 3"));
  EXPECT_EQ(error_of<Everything>(with(R"("leaves":[])")),
            validation("'[]' at 'leaves' failed to satisfy constraint: Member must have length "
                       "greater than or equal to 1"));
}

// Recorded, e.g. from CloudFormation: one text for the list, with every constraint of an element.
TEST(JsonReader, ReportsAScalarElementWithItsList) {
  EXPECT_EQ(error_of<Everything>(with(R"("words":["ok","NO","NEITHER"])")),
            validation("'[ok, NO, NEITHER]' at 'words' failed to satisfy constraint: Member must "
                       "satisfy constraint: [Member must have length less than or equal to 5, "
                       "Member must have length greater than or equal to 1, Member must satisfy "
                       "regular expression pattern: [a-z]+]"));
}

TEST(JsonReader, ReportsAMapsKeysAndValues) {
  const std::string all =
      "[Member must have length less than or equal to 5, Member must have length greater than or "
      "equal to 1, Member must satisfy regular expression pattern: [a-z]+]";
  EXPECT_EQ(error_of<Everything>(with(R"("labels":{"K":"v"})")),
            validation("'{K=v}' at 'labels' failed to satisfy constraint: Map keys must satisfy "
                       "constraint: " +
                       all));
  EXPECT_EQ(error_of<Everything>(with(R"("labels":{"k":""})")),
            validation("'{k=}' at 'labels' failed to satisfy constraint: Map value must satisfy "
                       "constraint: " +
                       all));
  EXPECT_EQ(error_of<Everything>(with(R"("byName":{"K":{}})")),
            validation("null at 'byName.K.member.name' failed to satisfy constraint: Member must "
                       "not be null"));
}

TEST(JsonReader, NullIsNoElement) {
  EXPECT_EQ(error_of<Everything>(with(R"("words":["a",null])")),
            validation("null at 'words.2.member' failed to satisfy constraint: Member must not be "
                       "null"));
  EXPECT_EQ(error_of<Everything>(with(R"("leaves":[null])")),
            validation("null at 'leaves.1.member' failed to satisfy constraint: Member must not "
                       "be null"));
}

// Recorded: "Value at 'messages.4.member.content.1.member.reasoningContent.reasoningText.text'".
TEST(JsonReader, NeverEchoesASensitiveValue) {
  EXPECT_EQ(error_of<Leaf>(R"({"name":"x","secret":"long one"})"),
            validation("at 'secret' failed to satisfy constraint: Member must have length less "
                       "than or equal to 3"));
}

TEST(JsonReader, NeverEchoesWhatASensitiveStructureHolds) {
  EXPECT_EQ(error_of<Everything>(with(R"("hidden":{"count":11})")),
            "ValidationException: 2 validation errors detected: "
            "Value at 'hidden.name' failed to satisfy constraint: Member must not be null; "
            "Value at 'hidden.count' failed to satisfy constraint: "
            "Member must have value less than or equal to 10");
}

TEST(JsonReader, BlobsAreMeasuredInBytesAndNeverEchoed) {
  EXPECT_EQ(error_of<Everything>(with(R"("bytes":"aGVsbG8=")")),
            validation("at 'bytes' failed to satisfy constraint: Member must have length less "
                       "than or equal to 4"));
}

TEST(JsonReader, AUnionHasExactlyOneMember) {
  EXPECT_EQ(error_of<Everything>(with(R"("choices":[{"text":"t"},{}])")),
            "ValidationException: Choice object at choices.1 must set one of the following keys: "
            "text, leaf, tags.");
  EXPECT_EQ(error_of<Everything>(with(R"("choices":[{"unknown":1}])")),
            "ValidationException: Choice object at choices.0 must set one of the following keys: "
            "text, leaf, tags.");
  EXPECT_EQ(error_of<Everything>(with(R"("choices":[{"text":"t","tags":[]}])")),
            "ValidationException: Choice object at choices.0 must set only one of the following "
            "keys: text, leaf, tags.");
  EXPECT_EQ(read<Choice>(R"({"text":null,"tags":["a"]})").tags->size(), 1u);
}

TEST(JsonReader, ConstraintsComeBeforeUnions) {
  EXPECT_EQ(error_of<Everything>(with(R"("choices":[{}],"color":"blue")")),
            validation("'blue' at 'color' failed to satisfy constraint: Member must satisfy enum "
                       "value set: [red, green]"));
}

TEST(JsonReader, BoundsWhatABodyCanCost) {
  std::string leaves = R"({"name":"x"})";
  for (std::size_t i = 0; i < kElementsMax; ++i) leaves += ",{}";
  EXPECT_EQ(error_of<Everything>(with("\"leaves\":[" + leaves + "]")),
            "ValidationException: The request has more than 200000 list elements and map entries");
}

TEST(JsonReader, WhatIsWrittenReadsBack) {
  const auto value =
      read<Everything>(with(R"("time":"2026-01-02T03:04:05.678Z","bytes":"AAEC","real":0.1,)"
                            R"("leaves":[{"name":"q\"\n"}])"));
  EXPECT_EQ(to_json_text(read<Everything>(to_json_text(value))), to_json_text(value));
}

}  // namespace
}  // namespace bedplate::protocol
