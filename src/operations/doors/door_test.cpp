#include "operations/doors/door.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace bedplate::operations {
namespace {
namespace json = boost::json;

json::object openai_error(const ApiError& error) {
  return json::parse(openai_door().error_body(error, "id")).as_object().at("error").as_object();
}

json::object anthropic_error(const ApiError& error) {
  return json::parse(anthropic_door().error_body(error, "id")).as_object().at("error").as_object();
}

ApiError unauthorized(ApiError error) {
  error.http_status = 401;
  return error;
}

struct Case {
  ApiError error;
  int openai_status;
  const char* openai_code;  ///< nullptr: null
  int anthropic_status;
  const char* anthropic_type;
};

// Every AWS error in the terms of the other APIs: none keeps a status that their clients would
// misread, e.g. 403 for a bad key or 424 for a broken engine.
TEST(Door, WordsEveryError) {
  const std::vector<Case> cases{
      {errors::validation("x"), 400, "validation_error", 400, "invalid_request_error"},
      {unauthorized(errors::invalid_signature("x")), 401, "invalid_api_key", 401,
       "authentication_error"},
      {errors::access_denied("x"), 403, "access_denied", 403, "permission_error"},
      {errors::resource_not_found("x"), 404, nullptr, 404, "not_found_error"},
      {errors::method_not_allowed("GET"), 405, "method_not_supported", 405,
       "invalid_request_error"},
      {errors::request_entity_too_large("x"), 413, "request_too_large", 413, "request_too_large"},
      {errors::request_header_too_large("x"), 431, "validation_error", 431,
       "invalid_request_error"},
      {errors::throttling("x"), 429, "rate_limit_exceeded", 429, "rate_limit_error"},
      {errors::model_not_ready("x"), 503, "model_not_ready", 529, "overloaded_error"},
      {errors::service_unavailable("x"), 503, "service_unavailable", 529, "overloaded_error"},
      {errors::model_timeout("x"), 504, "timeout", 504, "timeout_error"},
      {errors::model_stream_error("x", 408), 504, "timeout", 504, "timeout_error"},
      {errors::model_error("x", 502, "m"), 500, nullptr, 500, "api_error"},
      {errors::model_stream_error("x", 502), 500, nullptr, 500, "api_error"},
      {errors::not_implemented("x"), 501, "not_implemented", 501, "api_error"},
      {errors::internal_server(), 500, nullptr, 500, "api_error"},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.error.type);
    EXPECT_EQ(openai_door().http_status_of(each.error), each.openai_status);
    const json::value code =
        each.openai_code != nullptr ? json::value(each.openai_code) : json::value(nullptr);
    EXPECT_EQ(openai_error(each.error).at("code"), code);
    EXPECT_EQ(openai_error(each.error).at("message").as_string(), each.error.what());
    EXPECT_EQ(anthropic_door().http_status_of(each.error), each.anthropic_status);
    EXPECT_EQ(anthropic_error(each.error).at("type").as_string(), each.anthropic_type);
    EXPECT_EQ(anthropic_error(each.error).at("message").as_string(), each.error.what());
  }
}

TEST(Door, NamesTheMemberAtFault) {
  ApiError error = errors::validation("x");
  EXPECT_TRUE(openai_error(error).at("param").is_null());
  for (const auto& [pointer, name] : std::map<std::string, std::string>{
           {"#", ""},
           {"#/n", "n"},
           {"#/messages/0/content/12/text", "messages[0].content[12].text"}}) {
    error.parameter = pointer;
    const json::value expected = name.empty() ? json::value(nullptr) : json::value(name);
    EXPECT_EQ(openai_error(error).at("param"), expected) << pointer;
  }
}

TEST(Door, WordsABadKeyAsItsClientsKnowIt) {
  const ApiError bad_key = unauthorized(errors::invalid_api_key());
  EXPECT_EQ(openai_error(bad_key).at("message").as_string(), "Invalid bearer token");
  EXPECT_EQ(anthropic_error(bad_key).at("message").as_string(), "invalid x-api-key");
  const ApiError missing = unauthorized(errors::not_authorized("Authorization header is missing"));
  EXPECT_EQ(openai_error(missing).at("message").as_string(), missing.what());
}

// The events that end a stream are whole server-sent events, whatever the text has in it.
TEST(Door, EndsAStreamWithOneEvent) {
  const ApiError error = errors::model_stream_error("two\nlines \"quoted\"", 502);
  const std::string openai = openai_door().error_event(error, "id");
  EXPECT_TRUE(openai.starts_with("data: {"));
  EXPECT_EQ(openai.find('\n'), openai.size() - 2);
  const std::string anthropic = anthropic_door().error_event(error, "id");
  EXPECT_TRUE(anthropic.starts_with("event: error\ndata: {"));
  EXPECT_TRUE(anthropic.ends_with("}\n\n"));
  EXPECT_EQ(std::count(anthropic.begin(), anthropic.end(), '\n'), 3);
}

TEST(Door, TellsClientsNotToRepeatWhatIsNotBuilt) {
  const wire::Response refused =
      openai_door().render_error(errors::not_implemented("x"), std::string_view("id"));
  EXPECT_EQ(refused.head.headers.get("x-should-retry"), "false");
  EXPECT_EQ(refused.head.headers.get("x-request-id"), "id");
  const wire::Response busy =
      anthropic_door().render_error(errors::throttling("x"), std::string_view("id"));
  EXPECT_EQ(busy.head.headers.find("x-should-retry"), nullptr);
  EXPECT_EQ(busy.head.headers.get("request-id"), "id");
}

}  // namespace
}  // namespace bedplate::operations
