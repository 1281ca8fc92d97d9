#include "protocol/query/parameters.hpp"

#include <gtest/gtest.h>

#include "base/api_error.hpp"

namespace bedplate::protocol::query {
namespace {

std::string value_of(const Parameters& parameters, std::string_view name) {
  const std::string* value = parameters.find(name);
  return value != nullptr ? *value : "(none)";
}

std::string refusal(const std::string& form) {
  try {
    Parameters::parse(form);
  } catch (const ApiError& error) {
    return std::to_string(error.http_status) + " " + error.type;
  }
  return "none";
}

wire::Request post(const std::string& type, const std::string& body) {
  wire::Request request;
  request.method = "POST";
  request.target = "/?Action=FromTheQuery";
  request.headers.add("content-type", type);
  request.body = body;
  return request;
}

TEST(Parameters, AreDecodedOnce) {
  const Parameters found = Parameters::parse("a=b+c%2Bd%2526&%C3%A9=%C3%A9&empty=&bare&x=1=2&&");
  EXPECT_EQ(value_of(found, "a"), "b c+d%26");
  EXPECT_EQ(value_of(found, "\xC3\xA9"), "\xC3\xA9");
  EXPECT_EQ(value_of(found, "empty"), "");
  EXPECT_EQ(value_of(found, "bare"), "");
  EXPECT_EQ(value_of(found, "x"), "1=2");
  EXPECT_EQ(value_of(found, "y"), "(none)");
  EXPECT_EQ(found.size(), 5u);
  EXPECT_EQ(Parameters::parse("").size(), 0u);
}

// As AWS: what comes first counts, wherever the second one stands.
TEST(Parameters, OfARepeatedNameTheFirstCounts) {
  const Parameters found = Parameters::parse("A=1&B=2&A=3&%41=4");
  EXPECT_EQ(value_of(found, "A"), "1");
  EXPECT_EQ(found.size(), 2u);
}

TEST(Parameters, BelowIsExactlyWhatBeginsSo) {
  const Parameters found = Parameters::parse("T.m.1=a&T.m.2.K=b&T.n=c&T=d&Ta=e&T.m=f");
  EXPECT_EQ(found.below("T.m.").size(), 2u);
  EXPECT_EQ(found.below("T.").size(), 4u);
  EXPECT_EQ(found.below("").size(), 6u);
  EXPECT_EQ(found.below("U").size(), 0u);
}

TEST(Parameters, WhatIsNoFormIsRefused) {
  for (const char* form :
       {"a=%", "a=%4", "a=%zz", "%=a", "a=%ff", "a=\xFF", "a=%C3", "a=%ED%A0%80"}) {
    EXPECT_EQ(refusal(form), "404 MalformedQueryString") << form;
  }
}

TEST(Parameters, AreBounded) {
  std::string many;
  for (std::size_t i = 0; i < kParametersMax; ++i) many += "a=1&";
  EXPECT_EQ(refusal(many), "none");
  EXPECT_EQ(refusal(many + "a=1"), "404 MalformedQueryString");
  EXPECT_EQ(refusal(std::string(kNameBytesMax, 'n') + "=1"), "none");
  EXPECT_EQ(refusal(std::string(kNameBytesMax + 1, 'n') + "=1"), "404 MalformedQueryString");
}

TEST(ParametersOf, ReadTheFormOfAPostAndTheQueryOfAGet) {
  for (const char* type :
       {"application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8",
        "Application/X-WWW-Form-URLEncoded ;a=b"}) {
    EXPECT_EQ(value_of(parameters_of(post(type, "Action=A")), "Action"), "A") << type;
  }
  for (const char* type : {"", "application/json", "application/x-www-form-urlencodedx"}) {
    EXPECT_EQ(parameters_of(post(type, "Action=A")).size(), 0u) << type;
  }
  wire::Request get;
  get.method = "GET";
  get.target = "/?Action=A&X-Amz-Signature=0";
  get.body = "Action=B";
  EXPECT_EQ(value_of(parameters_of(get), "Action"), "A");
}

TEST(ParametersOf, OtherMethodsAndHugeBodiesAreRefused) {
  wire::Request request = post("application/x-www-form-urlencoded", "Action=A");
  request.method = "DELETE";
  EXPECT_THROW(parameters_of(request), ApiError);
  request.method = "POST";
  request.body = "a=" + std::string(kFormBytesMax - 2, 'x');
  EXPECT_EQ(parameters_of(request).size(), 1u);
  request.body += 'x';
  try {
    parameters_of(request);
    FAIL();
  } catch (const ApiError& error) {
    EXPECT_EQ(error.http_status, 413);
    EXPECT_FALSE(error.close_connection);
  }
}

}  // namespace
}  // namespace bedplate::protocol::query
