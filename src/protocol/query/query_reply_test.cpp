#include "protocol/query/query_reply.hpp"

#include <gtest/gtest.h>

#include "api/operations.hpp"
#include "api/sts.hpp"
#include "protocol/error_rendering.hpp"
#include "protocol/query/query_router.hpp"
#include "protocol/query/xml_writer.hpp"
#include "protocol/test_shapes.hpp"

namespace bedplate::protocol::query {
namespace {

std::string xml_text(std::string_view text) {
  std::string out;
  append_xml_text(out, text);
  return out;
}

/// "status code" of an error as a service answers it.
std::string answered(const ApiError& error, std::string_view service = "sts") {
  const wire::Response response = protocol::render_error(error, "id-1", find_service(service));
  const std::string& body = response.body;
  const std::size_t from = body.find("<Code>") + 6;
  return std::to_string(response.head.status) + " " +
         body.substr(from, body.find("</Code>") - from);
}

TEST(XmlText, IsReadBackAsItWas) {
  EXPECT_EQ(xml_text("a<b>&\"c\"'\n\t\r"), "a&lt;b&gt;&amp;&quot;c&quot;'\n\t&#xD;");
  EXPECT_EQ(xml_text("]]>"), "]]&gt;");
  EXPECT_EQ(xml_text("\xC3\xA9\xF0\x9F\x98\x80"), "\xC3\xA9\xF0\x9F\x98\x80");
}

TEST(XmlText, WhatXmlCannotCarryIsReplaced) {
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(xml_text(std::string_view("a\0b", 3)), "a" + replaced + "b");
  EXPECT_EQ(xml_text("\x1B\x08\x7F"), replaced + replaced + replaced);
  EXPECT_EQ(xml_text("a\xEF\xBF\xBE\xEF\xBF\xBFz"), "a" + replaced + replaced + "z");
  EXPECT_EQ(xml_text("a\xFFz"), "a" + replaced + "z");
}

// Every byte as AWS was seen to answer, but for the order of the three members.
TEST(QueryReply, LooksLikeAws) {
  api::sts::GetCallerIdentityResponse output;
  output.UserId = "AIDAEXAMPLE";
  output.Account = "123456789012";
  output.Arn = "arn:aws:iam::123456789012:user/a&b";
  const wire::Response response =
      write_output(op::sts::GetCallerIdentity::descriptor, &output, "id-1");
  EXPECT_EQ(response.head.status, 200);
  EXPECT_EQ(response.head.headers.get("Content-Type"), "text/xml");
  EXPECT_EQ(response.body,
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n"
            "  <GetCallerIdentityResult>\n"
            "    <UserId>AIDAEXAMPLE</UserId>\n"
            "    <Account>123456789012</Account>\n"
            "    <Arn>arn:aws:iam::123456789012:user/a&amp;b</Arn>\n"
            "  </GetCallerIdentityResult>\n"
            "  <ResponseMetadata>\n"
            "    <RequestId>id-1</RequestId>\n"
            "  </ResponseMetadata>\n"
            "</GetCallerIdentityResponse>\n");
}

TEST(QueryReply, WritesEveryKindOfMember) {
  test::Everything output;
  output.id = "i";
  output.name = "n";
  output.flag = false;
  output.integer = -1;
  output.real = 2.5;
  output.bytes = "hi";
  output.time = Timestamp(std::chrono::seconds(0));
  output.words = std::vector<std::string>{"a", "<"};
  output.leaves = std::vector<test::Leaf>{};
  output.labels = std::map<std::string, std::string>{{"k", "v"}};
  test::Choice choice;
  choice.leaf.emplace().name = "l";
  output.choices = std::vector<test::Choice>{choice};
  XmlWriter xml;
  xml.members(test::Everything::kShape, &output);
  EXPECT_EQ(xml.take(),
            "<id>i</id>\n<name>n</name>\n<flag>false</flag>\n<integer>-1</integer>\n"
            "<real>2.5</real>\n<bytes>aGk=</bytes>\n<time>1970-01-01T00:00:00Z</time>\n"
            "<words>\n  <member>a</member>\n  <member>&lt;</member>\n</words>\n<leaves/>\n"
            "<labels>\n  <entry>\n    <key>k</key>\n    <value>v</value>\n  </entry>\n</labels>\n"
            "<choices>\n  <member>\n    <leaf>\n      <name>l</name>\n    </leaf>\n  </member>\n"
            "</choices>\n");
}

// botocore fails on a result that the model has and the reply lacks.
TEST(QueryReply, AnOutputWithoutMembersHasItsWrapperIfTheModelHasOne) {
  OperationDescriptor operation = op::sts::GetCallerIdentity::descriptor;
  operation.output = &test::Empty::kShape;
  test::Empty output;
  EXPECT_NE(write_output(operation, &output, "i").body.find("\n  <GetCallerIdentityResult/>\n"),
            std::string::npos);
  operation.result_wrapper = {};
  EXPECT_EQ(write_output(operation, &output, "i").body.find("Result"), std::string::npos);
}

TEST(QueryErrors, LookLikeAws) {
  const wire::Response response = protocol::render_error(
      errors::unrecognized_client(), "id-1", op::sts::GetCallerIdentity::descriptor.service);
  EXPECT_EQ(response.head.status, 403);
  EXPECT_EQ(response.head.headers.get("Content-Type"), "text/xml");
  EXPECT_EQ(response.head.headers.get("x-amzn-RequestId"), "id-1");
  EXPECT_EQ(response.body,
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n"
            "  <Error>\n"
            "    <Type>Sender</Type>\n"
            "    <Code>InvalidClientTokenId</Code>\n"
            "    <Message>The security token included in the request is invalid.</Message>\n"
            "  </Error>\n"
            "  <RequestId>id-1</RequestId>\n"
            "</ErrorResponse>\n");
}

TEST(QueryErrors, HaveTheCodesThatClientsRead) {
  EXPECT_EQ(answered(errors::missing_authentication_token()), "403 MissingAuthenticationToken");
  EXPECT_EQ(answered(errors::invalid_signature("x")), "403 SignatureDoesNotMatch");
  EXPECT_EQ(answered(errors::incomplete_signature("x")), "400 IncompleteSignature");
  EXPECT_EQ(answered(errors::access_denied("x")), "403 AccessDenied");
  EXPECT_EQ(answered(errors::not_authorized("x")), "403 AccessDenied");
  EXPECT_EQ(answered(errors::validation("x")), "400 ValidationError");
  EXPECT_EQ(answered(errors::serialization("x")), "400 MalformedInput");
  EXPECT_EQ(answered(errors::throttling("x")), "400 Throttling");
  EXPECT_EQ(answered(errors::service_unavailable("x")), "503 ServiceUnavailable");
  EXPECT_EQ(answered(errors::internal_server()), "500 InternalFailure");
  EXPECT_EQ(answered(errors::not_implemented("x")), "501 NotImplemented");
  EXPECT_EQ(answered(errors::request_entity_too_large("x")), "413 RequestEntityTooLarge");
  EXPECT_EQ(answered(errors::malformed_query_string("x")), "404 MalformedQueryString");
  EXPECT_EQ(answered(errors::missing_action()), "400 MissingAction");
}

TEST(QueryErrors, TheModelsCodesComeFirst) {
  EXPECT_EQ(answered({"NoSuchEntityException", 400, "x"}, "iam"), "404 NoSuchEntity");
  EXPECT_EQ(answered({"EntityAlreadyExistsException", 400, "x"}, "iam"), "409 EntityAlreadyExists");
  EXPECT_EQ(answered({"LimitExceededException", 400, "x"}, "iam"), "409 LimitExceeded");
  EXPECT_EQ(answered({"DeleteConflictException", 400, "x"}, "iam"), "409 DeleteConflict");
  EXPECT_EQ(answered({"MalformedPolicyDocumentException", 0, "x"}, "iam"),
            "400 MalformedPolicyDocument");
  EXPECT_EQ(answered({"ServiceFailureException", 0, "x"}, "iam"), "500 ServiceFailure");
  // A token of the caller's that is over is not STS's modelled exception of that name.
  EXPECT_EQ(answered(errors::expired_token()), "403 ExpiredToken");
  EXPECT_EQ(answered({"ExpiredTokenException", 0, "x"}), "400 ExpiredTokenException");
}

TEST(QueryErrors, TellWhoseFaultItWas) {
  const ServiceDescriptor* service = find_service("iam");
  EXPECT_NE(render_error(errors::internal_server(), "i", *service).body.find("Receiver"),
            std::string::npos);
  EXPECT_NE(render_error(errors::validation("x"), "i", *service).body.find("Sender"),
            std::string::npos);
}

TEST(QueryErrors, AnUnknownActionIsAnsweredByTheFrontEndAndEscaped) {
  const wire::Response response =
      render_error(errors::invalid_action("<b>\x01", "&"), "i", *find_service("iam"));
  EXPECT_NE(response.body.find("xmlns=\"http://webservices.amazon.com/AWSFault/2005-15-09\""),
            std::string::npos);
  EXPECT_NE(response.body.find("operation &lt;b&gt;\xEF\xBF\xBD for version &amp;<"),
            std::string::npos);
}

}  // namespace
}  // namespace bedplate::protocol::query
