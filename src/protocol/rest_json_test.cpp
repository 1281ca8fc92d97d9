#include "protocol/rest_json.hpp"

#include <gtest/gtest.h>

#include "api/control.hpp"
#include "api/runtime.hpp"
#include "base/api_error.hpp"
#include "protocol/shape_json.hpp"
#include "protocol/test_shapes.hpp"

namespace bedplate::protocol {
namespace {

using test::BlobBody;
using test::Everything;
using test::kDoBlob;
using test::kDoDelete;
using test::kDoEverything;
using test::kDoStruct;
using test::StructBody;

struct Sent {
  std::string query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

template <class T>
T read(const OperationDescriptor& operation, const Sent& sent, PathLabels labels = {}) {
  wire::Request request;
  request.method = operation.method;
  request.target = "/path" + (sent.query.empty() ? "" : "?" + sent.query);
  for (const auto& [name, value] : sent.headers) request.headers.add(name, value);
  request.body = sent.body;
  T input;
  read_request(operation, labels, request, &input);
  return input;
}

Everything read_everything(const Sent& sent) {
  return read<Everything>(kDoEverything, sent, {{"id", "thing"}});
}

template <class Read>
std::string error_of(Read&& read) {
  try {
    read();
  } catch (const ApiError& error) {
    return error.type + ": " + error.what();
  }
  return "none";
}

std::string header(const wire::ResponseHead& head, std::string_view name) {
  return std::string(head.headers.get(name));
}

TEST(ReadRequest, BindsEveryPlace) {
  const Everything value = read_everything(
      {.query = "filter=a%20b%2Bc&key=one&key=two&force=true&after=2026-01-02T03%3A04%3A05Z"
                "&maxResults=7&unknown=1",
       .headers = {{"x-trace", "red"}, {"X-DEPTH", "-3"}},
       .body = R"({"name":"n","filter":"not from here"})"});
  EXPECT_EQ(value.id, "thing");
  EXPECT_EQ(value.filter, "a b+c");
  EXPECT_EQ(value.keys, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(value.force, true);
  EXPECT_EQ(value.after, Timestamp(std::chrono::seconds(1767323045)));
  EXPECT_EQ(value.maxResults, 7);
  EXPECT_EQ(value.trace, "red");
  EXPECT_EQ(value.depth, -3);
  EXPECT_EQ(value.name, "n");
  EXPECT_FALSE(value.color);
}

TEST(ReadRequest, AbsentIsAbsentAndEmptyIsEmpty) {
  const Everything value = read_everything({.query = "filter", .body = R"({"name":"n"})"});
  EXPECT_EQ(value.filter, "");
  EXPECT_FALSE(value.keys);
  EXPECT_FALSE(value.trace);
}

TEST(ReadRequest, APlusInTheQueryIsAPlus) {
  EXPECT_EQ(read_everything({.query = "filter=a+b", .body = R"({"name":"n"})"}).filter, "a+b");
}

TEST(ReadRequest, ChecksConstraintsInEveryPlace) {
  EXPECT_EQ(error_of([] {
              read<Everything>(kDoEverything,
                               {.query = "maxResults=0", .headers = {{"x-trace", "blue"}}},
                               {{"id", "UPPER"}});
            }),
            "ValidationException: 4 validation errors detected: "
            "Value 'UPPER' at 'id' failed to satisfy constraint: Member must satisfy regular "
            "expression pattern: [a-z]+; "
            "Value '0' at 'maxResults' failed to satisfy constraint: Member must have value "
            "greater than or equal to 1; "
            "Value 'blue' at 'trace' failed to satisfy constraint: Member must satisfy enum value "
            "set: [red, green]; "
            "Value null at 'name' failed to satisfy constraint: Member must not be null");
}

TEST(ReadRequest, RefusesTextOfTheWrongType) {
  const auto query_error = [](const char* query) {
    return error_of([&] { read_everything({.query = query, .body = R"({"name":"n"})"}); });
  };
  const std::string prefix = "SerializationException: STRING_VALUE can not be converted to ";
  EXPECT_EQ(query_error("maxResults=ten"), prefix + "an Integer");
  EXPECT_EQ(query_error("maxResults="), prefix + "an Integer");
  EXPECT_EQ(query_error("force=yes"), prefix + "a Boolean");
  EXPECT_EQ(query_error("after=yesterday"), prefix + "a Date");
  EXPECT_EQ(query_error("filter=%GG"),
            "SerializationException: The query string is not percent-encoded UTF-8");
  EXPECT_EQ(query_error("filter=%FF"),
            "SerializationException: The query string is not percent-encoded UTF-8");
}

TEST(ReadRequest, NoBodyIsAnEmptyObject) {
  EXPECT_EQ(error_of([] { read_everything({}); }),
            "ValidationException: 1 validation error detected: Value null at 'name' failed to "
            "satisfy constraint: Member must not be null");
}

TEST(ReadRequest, AnOperationWithoutBodyMembersIgnoresTheBody) {
  EXPECT_NO_THROW(read<test::Empty>(kDoDelete, {.body = "not json"}));
}

TEST(ReadRequest, TakesARawBodyAsItIs) {
  const std::string bytes("\xff\x00{", 3);
  const auto value = read<BlobBody>(
      kDoBlob, {.headers = {{"content-type", "image/png"}, {"x-tier", "t"}}, .body = bytes});
  EXPECT_EQ(value.body, bytes);
  EXPECT_EQ(value.contentType, "image/png");
  EXPECT_EQ(value.tier, "t");
  EXPECT_FALSE(read<BlobBody>(kDoBlob, {}).body);
  EXPECT_EQ(error_of([] { read<BlobBody>(kDoBlob, {.body = "12345"}); }),
            "ValidationException: 1 validation error detected: Value at 'body' failed to satisfy "
            "constraint: Member must have length less than or equal to 4");
}

TEST(ReadRequest, TakesAStructureThatIsTheWholeBody) {
  const auto value = read<StructBody>(
      kDoStruct, {.headers = {{"X-Token", "t"}}, .body = R"({"name":"n","count":3})"});
  EXPECT_EQ(value.token, "t");
  EXPECT_EQ(value.source.name, "n");
  EXPECT_EQ(value.source.count, 3);
  EXPECT_EQ(error_of([] { read<StructBody>(kDoStruct, {.body = "{}"}); }),
            "ValidationException: 1 validation error detected: Value null at 'source.name' failed "
            "to satisfy constraint: Member must not be null");
  EXPECT_EQ(error_of([] { read<StructBody>(kDoStruct, {}); }),
            "ValidationException: 1 validation error detected: Value null at 'source' failed to "
            "satisfy constraint: Member must not be null");
}

TEST(WriteResponse, PutsEveryMemberInItsPlace) {
  Everything output{.id = "not written", .name = "n"};
  output.trace = "red";
  output.depth = 4;
  output.filter = "not written";
  output.color = "green";
  const wire::Response response = write_response(kDoEverything, &output);
  EXPECT_EQ(response.head.status, 202);
  EXPECT_EQ(response.body, R"({"color":"green","name":"n"})");
  EXPECT_EQ(header(response.head, "Content-Type"), "application/json");
  EXPECT_EQ(header(response.head, "X-Trace"), "red");
  EXPECT_EQ(header(response.head, "X-Depth"), "4");
  EXPECT_EQ(response.head.headers.size(), 3u);
}

TEST(WriteResponse, WritesARawBodyUnderItsOwnType) {
  BlobBody output{.body = "PNG", .contentType = "image/png", .tier = "flex"};
  const wire::Response response = write_response(kDoBlob, &output);
  EXPECT_EQ(response.body, "PNG");
  EXPECT_EQ(header(response.head, "Content-Type"), "image/png");
  EXPECT_EQ(header(response.head, "X-Tier"), "flex");
  EXPECT_EQ(response.head.headers.size(), 2u);
}

TEST(WriteResponse, WritesAStructureThatIsTheWholeBody) {
  StructBody output{.source = {.name = "n"}};
  EXPECT_EQ(write_response(kDoStruct, &output).body, R"({"name":"n"})");
}

TEST(WriteResponse, NoContentHasNoBodyAndNoType) {
  const wire::Response response = write_response(kDoDelete, nullptr);
  EXPECT_EQ(response.head.status, 204);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(response.head.headers.size(), 0u);
}

TEST(WriteResponse, AHeaderCannotBreakOut) {
  Everything output;
  output.trace = "red\r\nX-Injected: 1";
  EXPECT_EQ(error_of([&] { write_response(kDoEverything, &output); }).substr(0, 24),
            "InternalServerException:");
}

// What boto3 sends for Converse; recorded refusals of AWS for what is wrong with it.
TEST(ReadRequest, ReadsConverse) {
  wire::Request request;
  request.method = "POST";
  request.target = "/model/m/converse";
  request.body = R"({"messages": [{"role": "user", "content": [{"text": "Hi"}]}], "system": [],)"
                 R"( "inferenceConfig": {"maxTokens": 5, "temperature": 0.5},)"
                 R"( "toolConfig": {"tools": [{"toolSpec":)"
                 R"( {"name": "f", "inputSchema": {"json": {"a": 1}}}}],)"
                 R"( "toolChoice": {"auto": {}}}})";
  const auto input = read_request<op::runtime::Converse>({{"modelId", "m"}}, request);
  EXPECT_EQ(input.modelId, "m");
  EXPECT_EQ(items(input.messages)[0].role, api::runtime::ConversationRole::user);
  EXPECT_EQ(items(input.messages)[0].content[0].text, "Hi");
  EXPECT_TRUE(input.system && input.system->empty());
  EXPECT_EQ(input.inferenceConfig->maxTokens, 5);
  EXPECT_TRUE(input.toolConfig->toolChoice->auto_);
  EXPECT_EQ(input.toolConfig->tools[0].toolSpec->inputSchema.json->at("a").as_int64(), 1);
}

std::string converse_error(std::string body) {
  wire::Request request;
  request.target = "/model/m/converse";
  request.body = std::move(body);
  return error_of([&] { read_request<op::runtime::Converse>({{"modelId", "m"}}, request); });
}

TEST(ReadRequest, RefusesConverseAsAwsDoes) {
  EXPECT_EQ(converse_error(R"({"inferenceConfig":{"maxTokens":0}})"),
            "ValidationException: 1 validation error detected: Value '0' at "
            "'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value "
            "greater than or equal to 1");
  EXPECT_EQ(converse_error(R"({"inferenceConfig":{"temperature":32424.0}})"),
            "ValidationException: 1 validation error detected: Value '32424.0' at "
            "'inferenceConfig.temperature' failed to satisfy constraint: Member must have value "
            "less than or equal to 1");
  EXPECT_EQ(converse_error(R"({"toolConfig":{"tools":[{"toolSpec":{"name":"","description":"",)"
                           R"("inputSchema":{"json":{}}}}]}})"),
            "ValidationException: 3 validation errors detected: Value '' at "
            "'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: [a-zA-Z0-9_-]+; Value '' at "
            "'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must "
            "have length greater than or equal to 1; Value '' at "
            "'toolConfig.tools.1.member.toolSpec.description' failed to satisfy constraint: Member "
            "must have length greater than or equal to 1");
  EXPECT_EQ(converse_error(R"({"messages":[{"role":"assistant","content":[{"toolUse":)"
                           R"({"toolUseId":"i","name":"$READ","input":{}}}]}]})"),
            "ValidationException: 1 validation error detected: Value at "
            "'messages.1.member.content.1.member.toolUse.name' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+");
  EXPECT_EQ(converse_error(R"({"messages":[{"role":"developer","content":[]}]})").substr(0, 160),
            "ValidationException: 1 validation error detected: Value 'developer' at "
            "'messages.1.member.role' failed to satisfy constraint: Member must satisfy enum value "
            "set");
  EXPECT_TRUE(converse_error(R"({"messages":[{"role":"user","content":[{}]}]})")
                  .starts_with("ValidationException: ContentBlock object at messages.0.content.0 "
                               "must set one of the following keys: text, image, "));
  EXPECT_EQ(converse_error(R"({"messages":[{"role":"user","content":[{"text":{}}]}]})"),
            "SerializationException: Start of structure or map found where not expected");
}

TEST(WriteResponse, WritesConverseAsAwsDoes) {
  api::runtime::ConverseResponse output;
  auto& message = output.output.message.emplace();
  message.role = api::runtime::ConversationRole::assistant;
  message.content.emplace_back().text = "Hello";
  output.stopReason = api::runtime::StopReason::end_turn;
  output.usage = {.inputTokens = 1, .outputTokens = 2, .totalTokens = 3};
  output.metrics.latencyMs = 12;
  EXPECT_EQ(write_response<op::runtime::Converse>(output).body,
            R"({"metrics":{"latencyMs":12},)"
            R"("output":{"message":{"content":[{"text":"Hello"}],"role":"assistant"}},)"
            R"("stopReason":"end_turn",)"
            R"("usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3}})");
}

TEST(WriteStreamHead, CarriesTheHeadersOfTheResponse) {
  const auto plain = write_stream_head<op::runtime::ConverseStream>({});
  EXPECT_EQ(plain.status, 200);
  EXPECT_EQ(header(plain, "Content-Type"), "application/vnd.amazon.eventstream");
  EXPECT_EQ(plain.headers.size(), 1u);

  api::runtime::InvokeModelWithResponseStreamResponse output;
  output.contentType = "application/json";
  const auto head = write_stream_head<op::runtime::InvokeModelWithResponseStream>(output);
  EXPECT_EQ(header(head, "Content-Type"), "application/vnd.amazon.eventstream");
  EXPECT_EQ(header(head, "X-Amzn-Bedrock-Content-Type"), "application/json");
}

}  // namespace
}  // namespace bedplate::protocol
