#include "protocol/error_rendering.hpp"

#include <gtest/gtest.h>

#include "api/runtime.hpp"
#include "protocol/event_frame.hpp"
#include "protocol/test_shapes.hpp"

namespace bedplate::protocol {
namespace {

std::string header(const wire::Response& response, std::string_view name) {
  return std::string(response.head.headers.get(name));
}

Frame stream_frame(const ApiError& error, const OperationDescriptor& operation) {
  FrameDecoder decoder;
  decoder.feed(render_stream_error(error, operation));
  return decoder.next().value();
}

// As recorded for an unknown model id.
TEST(RenderError, LooksLikeAws) {
  const auto response =
      render_error(errors::validation("The provided model identifier is invalid."), "id-1");
  EXPECT_EQ(response.head.status, 400);
  EXPECT_EQ(header(response, "Content-Type"), "application/json");
  EXPECT_EQ(header(response, "x-amzn-ErrorType"),
            "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/");
  EXPECT_EQ(header(response, "x-amzn-RequestId"), "id-1");
  EXPECT_EQ(response.body, R"({"message":"The provided model identifier is invalid."})");
  EXPECT_EQ(response.body.size(), 55u);
}

// As recorded for a structure where a text belongs: 64 bytes, capital M, the framework's namespace.
TEST(RenderError, TheFrameworksErrorsAreTheFrameworks) {
  const auto response = render_error(
      errors::serialization("Start of structure or map found where not expected"), "id");
  EXPECT_EQ(header(response, "x-amzn-ErrorType"),
            "SerializationException:http://internal.amazon.com/coral/com.amazon.coral.service/");
  EXPECT_EQ(response.body, R"({"Message":"Start of structure or map found where not expected"})");
  EXPECT_EQ(response.body.size(), 64u);
}

TEST(RenderError, AuthenticationSpellsItsMessageInLowerCase) {
  const auto response = render_error(errors::unrecognized_client(), "id");
  EXPECT_EQ(response.head.status, 403);
  EXPECT_EQ(
      header(response, "x-amzn-ErrorType"),
      "UnrecognizedClientException:http://internal.amazon.com/coral/com.amazon.coral.service/");
  EXPECT_EQ(response.body,
            R"({"message":"The security token included in the request is invalid."})");
}

TEST(RenderError, AModelErrorSaysWhoseItWas) {
  const auto response = render_error(errors::model_error("It \"broke\"", 500, "engine"), "id");
  EXPECT_EQ(response.head.status, 424);
  EXPECT_EQ(response.body,
            R"({"message":"It \"broke\"","originalStatusCode":500,"resourceName":"engine"})");
}

TEST(RenderError, WithoutATextTheBodyIsEmpty) {
  const auto response = render_error(errors::unknown_operation(), "id");
  EXPECT_EQ(response.head.status, 404);
  EXPECT_EQ(response.body, "{}");
}

TEST(RenderError, TheServiceDecidesTheStatus) {
  EXPECT_EQ(render_error(errors::conflict("c"), "id").head.status, 400);
  EXPECT_EQ(render_error(errors::conflict("c"), "id", test::kDoBlob.service).head.status, 409);
  EXPECT_EQ(render_error(errors::conflict("c"), "id", op::runtime::Converse::descriptor.service)
                .head.status,
            400);
}

TEST(RenderStreamError, UsesTheStreamsOwnName) {
  const Frame frame =
      stream_frame(errors::throttling("Slow down"), op::runtime::ConverseStream::descriptor);
  ASSERT_EQ(frame.headers.size(), 3u);
  EXPECT_EQ(frame.headers[0].name, ":exception-type");
  EXPECT_EQ(frame.headers[0].bytes, "throttlingException");
  EXPECT_EQ(frame.headers[1].name, ":content-type");
  EXPECT_EQ(frame.headers[1].bytes, "application/json");
  EXPECT_EQ(frame.headers[2].name, ":message-type");
  EXPECT_EQ(frame.headers[2].bytes, "exception");
  EXPECT_EQ(frame.payload, R"({"message":"Slow down"})");
}

TEST(RenderStreamError, AModelsFailureIsAStreamsFailure) {
  const Frame frame = stream_frame(errors::model_error("broke", 500, "engine"),
                                   op::runtime::ConverseStream::descriptor);
  EXPECT_EQ(frame.text(":exception-type"), "modelStreamErrorException");
  EXPECT_EQ(frame.payload, R"({"message":"broke","originalStatusCode":500})");
  // ConverseStream has no modelTimeoutException, InvokeModelWithResponseStream has.
  const ApiError timeout = errors::model_timeout("slow");
  EXPECT_EQ(stream_frame(timeout, op::runtime::ConverseStream::descriptor).text(":exception-type"),
            "modelStreamErrorException");
  EXPECT_EQ(stream_frame(timeout, op::runtime::InvokeModelWithResponseStream::descriptor)
                .text(":exception-type"),
            "modelTimeoutException");
}

TEST(RenderStreamError, WhatTheStreamDoesNotNameIsAnErrorMessage) {
  const Frame frame =
      stream_frame(errors::access_denied("No"), op::runtime::ConverseStream::descriptor);
  EXPECT_EQ(frame.text(":message-type"), "error");
  EXPECT_EQ(frame.text(":error-code"), "AccessDeniedException");
  EXPECT_EQ(frame.text(":error-message"), "No");
  EXPECT_EQ(frame.payload, "");
}

TEST(RenderStreamError, ALongMessageStillFits) {
  const Frame frame = stream_frame(errors::access_denied(std::string(100'000, 'x')),
                                   op::runtime::ConverseStream::descriptor);
  EXPECT_LT(frame.text(":error-message").size(), 32'768u);
}

}  // namespace
}  // namespace bedplate::protocol
