#include "protocol/query/query_reader.hpp"

#include <gtest/gtest.h>

#include "api/sts.hpp"
#include "base/api_error.hpp"
#include "protocol/shape_json.hpp"
#include "protocol/test_shapes.hpp"

namespace bedplate::protocol::query {
namespace {

using test::Everything;

Everything read(const std::string& form) {
  Everything input;
  read_input(test::kDoEverything, Parameters::parse("name=ab&" + form), &input);
  return input;
}

template <class Op>
std::string refusal_of(const std::string& form) {
  typename Op::Request input;
  try {
    read_input(Op::descriptor, Parameters::parse(form), &input);
  } catch (const ApiError& error) {
    return error.type + " " + error.what();
  }
  return "none";
}

std::string refusal(const std::string& form) {
  try {
    read(form);
  } catch (const ApiError& error) {
    return error.type + " " + error.what();
  }
  return "none";
}

TEST(QueryReader, ReadsEveryKindOfScalar) {
  const Everything found = read(
      "flag=true&integer=-5&big=9007199254740993&fraction=0.5&real=1e3&bytes=aGk=&color=red&"
      "time=2026-01-02T03:04:05Z&unknown=x&Action=DoEverything&Version=1");
  EXPECT_EQ(found.name, "ab");
  EXPECT_EQ(found.flag, true);
  EXPECT_EQ(found.integer, -5);
  EXPECT_EQ(found.big, 9007199254740993);
  EXPECT_EQ(found.fraction, 0.5f);
  EXPECT_EQ(found.real, 1000.0);
  EXPECT_EQ(found.bytes, "hi");
  EXPECT_EQ(found.color, "red");
  EXPECT_EQ(format_iso8601_s(*found.time), "2026-01-02T03:04:05Z");
}

TEST(QueryReader, ReadsListsMapsAndStructures) {
  const Everything found = read(
      "words.member.2=b&words.member.1=a&leaves.member.1.name=one&leaves.member.1.count=3&"
      "labels.entry.1.key=k&labels.entry.1.value=v&byName.entry.1.key=x&"
      "byName.entry.1.value.name=y&choices.member.1.text=t&choices.member.2.leaf.name=n");
  EXPECT_EQ(found.words, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(found.leaves->size(), 1u);
  EXPECT_EQ(found.leaves->at(0).count, 3);
  EXPECT_EQ(found.labels->at("k"), "v");
  EXPECT_EQ(found.byName->at("x").name, "y");
  EXPECT_EQ(found.choices->at(0).text, "t");
  EXPECT_EQ(found.choices->at(1).leaf->name, "n");
}

TEST(QueryReader, TheOrderOfALongListIsThatOfItsNumbers) {
  std::string form;
  for (int i = 12; i > 0; --i) {
    form += fmt::format("choices.member.{}.text={}&", i, i);
  }
  const Everything found = read(form);
  ASSERT_EQ(found.choices->size(), 12u);
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(found.choices->at(i).text, std::to_string(i + 1));
  }
}

// botocore writes an empty list as `words=`.
TEST(QueryReader, AnEmptyValueIsAnEmptyList) {
  EXPECT_EQ(read("words=").words, std::vector<std::string>{});
  EXPECT_TRUE(read("labels=").labels->empty());
  EXPECT_FALSE(read("").words);
}

// The texts of AWS: recorded from STS for DurationSeconds.
TEST(QueryReader, RefusesWhatIsNoNumber) {
  EXPECT_EQ(refusal("integer="), "MalformedInput missing value for decimal type");
  for (const char* text : {"abc", "900.0", "1e3", "2147483648", "-2147483649", "%20900", "0x10",
                           "--1", "%2B-1", "%2B", "-", "9999999999999999999999"}) {
    EXPECT_EQ(refusal("integer=" + std::string(text)).substr(0, 14), "MalformedInput") << text;
  }
  EXPECT_EQ(read("integer=%2B900").integer, 900);
  EXPECT_EQ(read("integer=0900").integer, 900);
  EXPECT_EQ(read("integer=-2147483648").integer, -2147483647 - 1);
  for (const char* text : {"real=x", "real=", "real=nan", "flag=True", "flag=1", "flag="}) {
    EXPECT_NE(refusal(text), "none") << text;
  }
  EXPECT_EQ(refusal("bytes=a").substr(0, 22), "SerializationException");
  EXPECT_EQ(refusal("time=yesterday").substr(0, 22), "SerializationException");
}

TEST(QueryReader, RefusesListsThatCannotBeMeant) {
  for (const char* form :
       {"words=a", "words.1=a", "words.member=a", "words.member.0=a", "words.member.2=a",
        "words.member.1=a&words.member.3=b", "words.member.01=a", "words.member.x=a",
        "words.member.-1=a", "words.member.1000000000=a", "words.member.=a",
        "words.member.99999999999999999999999=a", "words=&words.member.1=a", "words.entry.1=a",
        "words.member.1=a&words.item.1=b", "labels.entry.1.value=v", "labels.member.1=a",
        "hidden=x"}) {
    EXPECT_EQ(refusal(form).substr(0, 14), "MalformedInput") << form;
  }
}

TEST(QueryReader, AMissingElementIsNull) {
  EXPECT_EQ(
      refusal("words.member.1.x=a"),
      "ValidationException 1 validation error detected: Value null at 'words.1.member' failed "
      "to satisfy constraint: Member must not be null");
  EXPECT_EQ(refusal("labels.entry.1.key=k"),
            "ValidationException 1 validation error detected: Value null at 'labels.k.member' "
            "failed to satisfy constraint: Member must not be null");
}

TEST(QueryReader, NamesEveryBrokenConstraintAsOtherProtocolsDo) {
  EXPECT_EQ(refusal("leaves.member.1.name=a&leaves.member.1.count=11&maxResults=0"),
            "ValidationException 1 validation error detected: Value '11' at "
            "'leaves.1.member.count' failed to satisfy constraint: Member must have value less "
            "than or equal to 10");
  EXPECT_EQ(refusal("words.member.1=a&words.member.2=b&words.member.3=c&words.member.4=d"),
            "ValidationException 1 validation error detected: Value '[a, b, c, d]' at 'words' "
            "failed to satisfy constraint: Member must have length less than or equal to 3");
  EXPECT_EQ(refusal("hidden.name=a&hidden.count=11").find("'11'"), std::string::npos);
}

// IAM and STS spell the members of errors with a small first letter.
TEST(QueryReader, SpellsMembersAsStsDoes) {
  EXPECT_EQ(refusal_of<op::sts::GetAccessKeyInfo>(""),
            "ValidationException 1 validation error detected: Value null at 'accessKeyId' failed "
            "to satisfy constraint: Member must not be null");
  EXPECT_EQ(refusal_of<op::sts::GetSessionToken>("DurationSeconds=899"),
            "ValidationException 1 validation error detected: Value '899' at 'durationSeconds' "
            "failed to satisfy constraint: Member must have value greater than or equal to 900");
  EXPECT_EQ(refusal_of<op::sts::GetSessionToken>("DurationSeconds=129600"), "none");
  EXPECT_EQ(refusal_of<op::sts::GetCallerIdentity>("Unknown=value"), "none");
}

TEST(QueryReader, DeepNamesEndWithTheShape) {
  std::string name = "leaves.member.1";
  while (name.size() < kNameBytesMax - 12) name += ".leaves.member.1";
  EXPECT_EQ(refusal(name + "=x").substr(0, 19), "ValidationException");
}

}  // namespace
}  // namespace bedplate::protocol::query
