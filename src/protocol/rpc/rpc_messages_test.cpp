#include "protocol/rpc/rpc_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/cloudwatch.hpp"
#include "base/cloudwatch_errors.hpp"
#include "protocol/error_rendering.hpp"
#include "protocol/messages.hpp"
#include "protocol/query/query_router.hpp"
#include "protocol/rpc/cbor.hpp"

namespace bedplate::protocol::rpc {
namespace {

using testing::HasSubstr;
namespace json = boost::json;

const ServiceDescriptor& cloudwatch() {
  return *query::find_service("monitoring");
}

wire::Request json_request(std::string target, std::string body = "{}") {
  wire::Request request;
  request.method = "POST";
  request.target = "/";
  request.headers.add("X-Amz-Target", std::move(target));
  request.body = std::move(body);
  return request;
}

wire::Request cbor_request(std::string path, std::string body = "") {
  wire::Request request;
  request.method = "POST";
  request.target = std::move(path);
  request.headers.add("Smithy-Protocol", "rpc-v2-cbor");
  request.body = std::move(body);
  return request;
}

constexpr const char* kListMetrics = "GraniteServiceVersion20100801.ListMetrics";
constexpr const char* kListMetricsPath =
    "/service/GraniteServiceVersion20100801/operation/ListMetrics";

std::string refusal_of(const wire::Request& request) {
  try {
    route(cloudwatch(), request);
  } catch (const ApiError& error) {
    return error.type;
  }
  return "none";
}

TEST(RpcMessages, HeadersSayHowARequestIsWritten) {
  EXPECT_EQ(encoding_of(json_request(kListMetrics)), Encoding::kAwsJson);
  EXPECT_EQ(encoding_of(cbor_request(kListMetricsPath)), Encoding::kCbor);
  EXPECT_EQ(encoding_of(wire::Request{}), Encoding::kModelled);
  EXPECT_EQ(find_service(json_request(kListMetrics)), &cloudwatch());
  EXPECT_EQ(find_service(cbor_request(kListMetricsPath)), &cloudwatch());
  EXPECT_EQ(find_service(json_request("DynamoDB_20120810.ListTables")), nullptr);
  EXPECT_EQ(find_service(json_request("")), nullptr);
  EXPECT_EQ(find_service(json_request(".ListMetrics")), nullptr);
}

TEST(RpcMessages, Routes) {
  EXPECT_EQ(route(cloudwatch(), json_request(kListMetrics)).operation->name, "ListMetrics");
  const Route cbor = route(cloudwatch(), cbor_request(kListMetricsPath));
  EXPECT_EQ(cbor.operation->name, "ListMetrics");
  EXPECT_EQ(cbor.encoding, Encoding::kCbor);
}

TEST(RpcMessages, UnknownTargets) {
  const std::string prefix = "GraniteServiceVersion20100801.";
  for (const std::string& target :
       {prefix, prefix + "listMetrics", prefix + "NoSuch", std::string("Other.ListMetrics"),
        std::string("ListMetrics"), prefix + "ListMetrics.x"}) {
    EXPECT_EQ(refusal_of(json_request(target)), "UnknownOperationException") << target;
  }
  for (const char* path : {"/", "/service/GraniteServiceVersion20100801/operation/",
                           "/service/Other/operation/ListMetrics",
                           "/service/GraniteServiceVersion20100801/ListMetrics"}) {
    EXPECT_EQ(refusal_of(cbor_request(path)), "UnknownOperationException") << path;
  }
  wire::Request elsewhere = json_request(kListMetrics);
  elsewhere.target = "/somewhere";
  EXPECT_EQ(refusal_of(elsewhere), "UnknownOperationException");
}

TEST(RpcMessages, OtherMethodsAndHugeBodies) {
  wire::Request request = json_request(kListMetrics);
  request.method = "GET";
  EXPECT_NE(refusal_of(request), "none");
  request = json_request(kListMetrics, std::string(kBodyBytesMax + 1, ' '));
  EXPECT_NE(refusal_of(request), "none");
}

TEST(RpcMessages, ReadsBoth) {
  api::cloudwatch::ListMetricsInput input;
  const wire::Request request =
      json_request(kListMetrics, R"({"Namespace":"AWS/Bedrock","IncludeLinkedAccounts":true})");
  read_input(*route(cloudwatch(), request).operation, Encoding::kAwsJson, request, &input);
  EXPECT_EQ(input.Namespace, "AWS/Bedrock");
  EXPECT_EQ(input.IncludeLinkedAccounts, true);
  api::cloudwatch::ListMetricsInput again;
  const wire::Request binary =
      cbor_request(kListMetricsPath, write_cbor(api::cloudwatch::ListMetricsInput::kShape, &input));
  read_input(*route(cloudwatch(), binary).operation, Encoding::kCbor, binary, &again);
  EXPECT_EQ(again.Namespace, "AWS/Bedrock");
  EXPECT_EQ(again.IncludeLinkedAccounts, true);
}

TEST(RpcMessages, ConstraintsAreChecked) {
  const wire::Request request =
      json_request(kListMetrics, R"({"Namespace":"","RecentlyActive":1})");
  api::cloudwatch::ListMetricsInput input;
  const auto& operation = *route(cloudwatch(), request).operation;
  EXPECT_THROW(read_input(operation, Encoding::kAwsJson, request, &input), ApiError);
  const wire::Request broken = json_request(kListMetrics, "{");
  EXPECT_THROW(read_input(operation, Encoding::kAwsJson, broken, &input), ApiError);
  const wire::Request list = cbor_request(kListMetricsPath, "\x80");
  EXPECT_THROW(read_input(operation, Encoding::kCbor, list, &input), ApiError);
}

TEST(RpcMessages, JsonHasTimesInSeconds) {
  api::cloudwatch::GetMetricStatisticsOutput output;
  output.Label = "a \"label\"";
  auto& points = output.Datapoints.emplace();
  points.emplace_back().Timestamp = Timestamp(std::chrono::seconds(60));
  points.emplace_back().Timestamp = Timestamp(std::chrono::milliseconds(60'250));
  points.back().ExtendedStatistics.emplace()["p99"] = 1.5;
  points.back().Sum = 3;
  const wire::Response response =
      write_output(op::cloudwatch::GetMetricStatistics::descriptor, Encoding::kAwsJson, &output);
  EXPECT_EQ(response.body,
            R"({"Label":"a \"label\"","Datapoints":[{"Timestamp":60},{"Timestamp":60.250,)"
            R"("Sum":3.0,"ExtendedStatistics":{"p99":1.5}}]})");
  EXPECT_EQ(response.head.headers.get("content-type"), "application/x-amz-json-1.0");
}

TEST(RpcMessages, ErrorsHaveBothNames) {
  const ApiError error = errors::cloudwatch::invalid_parameter_value("No.");
  const wire::Response text =
      protocol::render_error(error, "id-1", &cloudwatch(), Encoding::kAwsJson);
  EXPECT_EQ(text.head.status, 400);
  EXPECT_EQ(text.body,
            R"({"__type":"GraniteServiceVersion20100801#InvalidParameterValueException",)"
            R"("message":"No."})");
  EXPECT_EQ(text.head.headers.get("x-amzn-query-error"), "InvalidParameterValue;Sender");
  EXPECT_EQ(text.head.headers.get("x-amzn-requestid"), "id-1");
  const wire::Response binary =
      protocol::render_error(errors::internal_server(), "id-1", &cloudwatch(), Encoding::kCbor);
  EXPECT_EQ(binary.head.status, 500);
  EXPECT_EQ(binary.head.headers.get("smithy-protocol"), "rpc-v2-cbor");
  EXPECT_EQ(binary.head.headers.get("x-amzn-query-error"), "InternalFailure;Receiver");
  EXPECT_THAT(json::serialize(read_cbor(binary.body)), HasSubstr("InternalServerException"));
}

}  // namespace
}  // namespace bedplate::protocol::rpc
