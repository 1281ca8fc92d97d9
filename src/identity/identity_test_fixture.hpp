// What the tests of this folder share: a clock that stands still, a known key, and requests as SDKs
// send them.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/api_error.hpp"
#include "base/clock.hpp"
#include "identity/sigv4.hpp"

namespace bedplate::identity {

class StillClock final : public Clock {
 public:
  explicit StillClock(std::string_view amz_date) : time(*parse_amz_date(amz_date)) {}
  Timestamp now() const override { return time; }

  Timestamp time;
};

inline constexpr std::string_view kTestNow = "20260102T030405Z";
inline const AccessKey kTestKey{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                                ""};

inline wire::Request converse_request() {
  wire::Request request;
  request.method = "POST";
  request.target = "/model/anthropic.claude-3-sonnet-20240229-v1%3A0/converse";
  request.headers.add("Host", "127.0.0.1:4580");
  request.headers.add("Content-Type", "application/json");
  request.body = R"({"messages":[{"role":"user","content":[{"text":"Hello"}]}]})";
  return request;
}

inline SignOptions bedrock_options(std::string_view amz_date = kTestNow) {
  SignOptions options;
  options.region = "us-west-2";
  options.service = "bedrock";
  options.time = *parse_amz_date(amz_date);
  return options;
}

/// The value of a header set anew; Headers itself only adds.
inline void replace_header(wire::Request& request, std::string_view name, std::string value) {
  wire::Headers headers;
  for (const auto& [field, old] : request.headers) {
    headers.add(field, wire::equal_ignoring_case(field, name) ? value : old);
  }
  request.headers = std::move(headers);
}

inline void replace_in(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << "'" << from << "' is not in " << text;
  text.replace(at, from.size(), to);
}

/// Runs `call`, which must throw an ApiError, and gives it back.
template <class Call>
ApiError error_of(Call call) {
  try {
    call();
  } catch (const ApiError& error) {
    return error;
  }
  ADD_FAILURE() << "no ApiError was thrown";
  return ApiError("none", 0, "");
}

inline bool starts_with(const ApiError& error, std::string_view text) {
  return std::string_view(error.what()).starts_with(text);
}

}  // namespace bedplate::identity
