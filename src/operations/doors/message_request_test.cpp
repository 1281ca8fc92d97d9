#include "operations/doors/message_request.hpp"

#include <gtest/gtest.h>

#include "base/api_error.hpp"

namespace bedplate::operations {
namespace {

wire::Request request_with(std::string body, const std::vector<wire::Headers::Field>& headers) {
  wire::Request request;
  request.body = std::move(body);
  for (const auto& [name, value] : headers) request.headers.add(name, value);
  return request;
}

std::string native_of(std::string body, const std::vector<wire::Headers::Field>& headers) {
  return boost::json::serialize(
      read_message_request(request_with(std::move(body), headers)).native);
}

std::string refusal_of(std::string body, const std::vector<wire::Headers::Field>& headers) {
  try {
    read_message_request(request_with(std::move(body), headers));
  } catch (const ApiError& error) {
    EXPECT_EQ(error.http_status, 400);
    return error.what();
  }
  return "accepted";
}

constexpr const char* kModel = R"({"model":"m"})";

TEST(MessageRequest, MakesInvokeModelsBody) {
  const auto request = read_message_request(
      request_with(R"({"stream":true,"model":"m","max_tokens":5,"service_tier":"auto"})",
                   {{"Anthropic-Version", "2023-06-01"}}));
  EXPECT_EQ(request.model, "m");
  EXPECT_TRUE(request.stream);
  EXPECT_EQ(boost::json::serialize(request.native),
            R"({"max_tokens":5,"anthropic_version":"bedrock-2023-05-31"})");
}

TEST(MessageRequest, TakesTheVersionFromHeaderOrBody) {
  EXPECT_EQ(native_of(kModel, {{"anthropic-version", "2026-10-21"}}),
            R"({"anthropic_version":"2026-10-21"})");
  EXPECT_EQ(native_of(R"({"model":"m","anthropic_version":"x"})", {}),
            R"({"anthropic_version":"x"})");  // the family says what is wrong with it
  EXPECT_EQ(refusal_of(kModel, {}), "anthropic-version: header is required");
  EXPECT_EQ(refusal_of(kModel, {{"anthropic-version", "1999-01-01"}}),
            "anthropic-version: \"1999-01-01\" is not a valid version");
}

TEST(MessageRequest, GathersBetas) {
  EXPECT_EQ(
      native_of(R"({"model":"m","anthropic_beta":["a"]})", {{"anthropic-version", "2023-06-01"},
                                                            {"anthropic-beta", "b, c,,"},
                                                            {"Anthropic-Beta", "d"}}),
      R"({"anthropic_beta":["a","b","c","d"],"anthropic_version":"bedrock-2023-05-31"})");
}

TEST(MessageRequest, RefusesWrongMembers) {
  const std::vector<wire::Headers::Field> version{{"anthropic-version", "2023-06-01"}};
  EXPECT_EQ(refusal_of("{}", version), "model: Field required");
  EXPECT_EQ(refusal_of(R"({"model":""})", version), "model: Field required");
  EXPECT_NE(refusal_of(R"({"model":1})", version), "accepted");
  EXPECT_NE(refusal_of(R"({"model":"m","stream":"yes"})", version), "accepted");
  EXPECT_NE(refusal_of(R"({"model":"m","service_tier":"gold"})", version), "accepted");
  EXPECT_NE(refusal_of("[]", version), "accepted");
}

}  // namespace
}  // namespace bedplate::operations
