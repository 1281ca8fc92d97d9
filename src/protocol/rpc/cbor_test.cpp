#include "protocol/rpc/cbor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/cloudwatch.hpp"
#include "base/api_error.hpp"
#include "base/bytes.hpp"

namespace bedplate::protocol::rpc {
namespace {

namespace json = boost::json;

/// Bytes of hex digits; blanks do not count.
std::string bytes(std::string_view hex) {
  std::string out;
  std::string pair;
  for (const char c : hex) {
    if (c == ' ') continue;
    pair += c;
    if (pair.size() == 2) {
      out += static_cast<char>(std::stoi(pair, nullptr, 16));
      pair.clear();
    }
  }
  return out;
}

json::value read(std::string_view hex) {
  return read_cbor(bytes(hex));
}

// RFC 8949, appendix A.
TEST(Cbor, Numbers) {
  EXPECT_EQ(read("00"), json::value(0));
  EXPECT_EQ(read("1818"), json::value(24));
  EXPECT_EQ(read("1903e8"), json::value(1000));
  EXPECT_EQ(read("1a000f4240"), json::value(1000000));
  EXPECT_EQ(read("1b000000e8d4a51000"), json::value(std::int64_t{1000000000000}));
  EXPECT_EQ(read("1bffffffffffffffff"), json::value(18446744073709551615.0));
  EXPECT_EQ(read("20"), json::value(-1));
  EXPECT_EQ(read("3903e7"), json::value(-1000));
  EXPECT_EQ(read("3bffffffffffffffff"), json::value(-18446744073709551616.0));
  EXPECT_EQ(read("f93e00"), json::value(1.5));
  EXPECT_EQ(read("fa47c35000"), json::value(100000.0));
  EXPECT_EQ(read("fb3ff199999999999a"), json::value(1.1));
}

TEST(Cbor, SimpleValues) {
  EXPECT_EQ(read("f4"), json::value(false));
  EXPECT_EQ(read("f5"), json::value(true));
  EXPECT_EQ(read("f6"), json::value(nullptr));
  EXPECT_EQ(read("f7"), json::value(nullptr));
}

TEST(Cbor, Strings) {
  EXPECT_EQ(read("60"), json::value(""));
  EXPECT_EQ(read("6449455446"), json::value("IETF"));
  EXPECT_EQ(read("62c3bc"), json::value("\u00fc"));
  EXPECT_EQ(read("4401020304"), json::value("AQIDBA=="));
  EXPECT_EQ(read("7f657374726561646d696e67ff"), json::value("streaming"));
  EXPECT_EQ(read("5f42010243030405ff"), json::value("AQIDBAU="));
}

TEST(Cbor, ListsAndMaps) {
  EXPECT_EQ(read("80"), json::value(json::array()));
  EXPECT_EQ(read("a0"), json::value(json::object()));
  EXPECT_EQ(json::serialize(read("8301820203820405")), "[1,[2,3],[4,5]]");
  EXPECT_EQ(json::serialize(read("9f018202039f0405ffff")), "[1,[2,3],[4,5]]");
  EXPECT_EQ(json::serialize(read("a26161016162820203")), R"({"a":1,"b":[2,3]})");
  EXPECT_EQ(json::serialize(read("bf61610161629f0203ffff")), R"({"a":1,"b":[2,3]})");
  EXPECT_EQ(json::serialize(read("a2616101616102")), R"({"a":2})");
  EXPECT_EQ(json::serialize(read("a17f61616162ff01")), R"({"ab":1})");
}

TEST(Cbor, PointsInTimeAreSeconds) {
  EXPECT_EQ(read("c11a514b67b0"), json::value(1363896240));
  EXPECT_EQ(read("c1fb41d452d9ec200000"), json::value(1363896240.5));
}

class BadCbor : public testing::TestWithParam<const char*> {};
TEST_P(BadCbor, IsRefused) {
  try {
    read(GetParam());
    FAIL();
  } catch (const ApiError& error) {
    EXPECT_EQ(error.type, "SerializationException");
    EXPECT_THAT(error.what(), testing::HasSubstr("CBOR"));
  }
}
INSTANTIATE_TEST_SUITE_P(All, BadCbor,
                         testing::Values("",                    // nothing
                                         "18",                  // breaks off
                                         "6449",                // a text that breaks off
                                         "9bffffffffffffffff",  // a list of very many
                                         "5bffffffffffffffff",  // bytes, very many
                                         "8301", "a161", "a16161", "9f01", "bf6161", "7f6161",
                                         "0000",         // two items
                                         "a10102",       // a key that is a number
                                         "a1810102",     // a key that is a list
                                         "a1c1616101",   // a key with a tag
                                         "bf6161ff",     // a key without a value
                                         "ff",           // an end of nothing
                                         "81ff",         // an end of what has a size
                                         "7f01ff",       // a number in a text
                                         "7f8161 61ff",  // a list in a text
                                         "7f4101ff",     // bytes in a text
                                         "61ff",         // not UTF-8
                                         "c001",         // another tag
                                         "c2420100",     // a big number
                                         "c1c101",       // a tag of a tag
                                         "c1",           // a tag of nothing
                                         "c18101",       // a time that is a list
                                         "1c", "1f", "fc", "f8ff"));

TEST(Cbor, DepthIsBounded) {
  EXPECT_NO_THROW(read_cbor(std::string(199, '\x81') + '\x01'));
  EXPECT_THROW(read_cbor(std::string(1'000'000, '\x81')), ApiError);
  EXPECT_THROW(read_cbor(std::string(1'000'000, '\x9f')), ApiError);
  EXPECT_THROW(read_cbor(std::string(1'000'000, '\xc1')), ApiError);
}

TEST(Cbor, WritesWhatItReads) {
  api::cloudwatch::GetMetricDataOutput output;
  auto& result = output.MetricDataResults.emplace().emplace_back();
  result.Id = "a";
  result.Timestamps.emplace().push_back(Timestamp(std::chrono::milliseconds(1'500)));
  result.Values.emplace().push_back(-2.5);
  output.Messages.emplace();
  const std::string written = write_cbor(api::cloudwatch::GetMetricDataOutput::kShape, &output);
  EXPECT_EQ(json::serialize(read_cbor(written)),
            R"({"MetricDataResults":[{"Id":"a","Timestamps":[1.5E0],"Values":[-2.5E0]}],)"
            R"("Messages":[]})");
  EXPECT_NE(written.find(bytes("c1 fb 3ff8000000000000")), std::string::npos);
}

TEST(Cbor, Texts) {
  EXPECT_EQ(write_cbor_texts({{"a", "b"}}), bytes("a161616162"));
}

}  // namespace
}  // namespace bedplate::protocol::rpc
