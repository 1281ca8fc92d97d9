#include "protocol/router.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "api/operations.hpp"
#include "base/api_error.hpp"

namespace bedplate::protocol {
namespace {

std::string_view name_of(std::string_view method, std::string_view target) {
  return route(method, target).operation->name;
}

std::string error_of(std::string_view method, std::string_view target) {
  try {
    route(method, target);
  } catch (const ApiError& error) {
    return std::to_string(error.http_status) + " " + error.type + " " + error.what();
  }
  return "none";
}

TEST(Router, EveryOperationIsReachedByItsOwnPattern) {
  std::set<std::string> services;
  std::size_t count = 0;
  for (const OperationDescriptor& operation : api::kOperations) {
    if (operation.service->protocol != Protocol::kRestJson) continue;
    ++count;
    services.insert(std::string(operation.service->key));
    std::string path = std::regex_replace(std::string(operation.path), std::regex(R"(\{\w+\})"),
                                          "label%2Fwith%3Aboth");
    for (const api::SharedPath& shared : api::kSharedPaths) {
      if (shared.path != operation.path || operation.service->service != shared.service) continue;
      path = "/tags/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Asession%2Fabc";
    }
    const Route found = route(operation.method, path + "?x=/y");
    EXPECT_EQ(found.operation, &operation)
        << operation.service->key << "." << operation.name << " led to " << found.operation->name;
  }
  EXPECT_EQ(services.size(), 4u);
  EXPECT_EQ(count, 227u);
}

TEST(Router, ALabelKeepsItsEncodedSlash) {
  const Route found = route(
      "POST",
      "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.anthropic%2Fx/converse");
  EXPECT_EQ(found.operation->name, "Converse");
  ASSERT_EQ(found.labels.size(), 1u);
  EXPECT_EQ(found.labels[0].name, "modelId");
  EXPECT_EQ(found.labels[0].value, "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic/x");
}

TEST(Router, AColonMayBeRawOrEncoded) {
  EXPECT_EQ(route("POST", "/model/a-v1:0/invoke").labels[0].value, "a-v1:0");
  EXPECT_EQ(route("POST", "/model/a-v1%3A0/invoke").labels[0].value, "a-v1:0");
  EXPECT_EQ(route("POST", "/model/a-v1%3a0/invoke").labels[0].value, "a-v1:0");
}

TEST(Router, DecodesALabelOnce) {
  EXPECT_EQ(route("POST", "/model/a%252Fb/invoke").labels[0].value, "a%2Fb");
}

TEST(Router, SeveralLabelsKeepTheirNames) {
  const Route found = route("GET", "/agents/A/agentversions/DRAFT/actiongroups/G/");
  EXPECT_EQ(found.operation->name, "GetAgentActionGroup");
  ASSERT_EQ(found.labels.size(), 3u);
  EXPECT_EQ(found.labels[0].name, "agentId");
  EXPECT_EQ(found.labels[2].value, "G");
}

TEST(Router, TheSlashAtTheEndMayBeLeftOut) {
  EXPECT_EQ(name_of("PUT", "/agents/"), "CreateAgent");
  EXPECT_EQ(name_of("PUT", "/agents"), "CreateAgent");
  EXPECT_EQ(name_of("GET", "/foundation-models/"), "ListFoundationModels");
}

TEST(Router, TheSlashAtTheEndAloneTellsTwoOperationsApart) {
  EXPECT_EQ(name_of("POST", "/agents/ABCDEFGHIJ/"), "PrepareAgent");
  EXPECT_EQ(name_of("POST", "/agents/ABCDEFGHIJ"), "InvokeInlineAgent");
}

TEST(Router, TagsGoToTheServiceOfTheResource) {
  const std::string_view session =
      "/tags/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Asession%2Fabc";
  EXPECT_EQ(route("GET", session).operation->service->service, Service::kAgentRuntime);
  const std::string_view agent =
      "/tags/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aagent%2Fabc";
  EXPECT_EQ(route("GET", agent).operation->service->service, Service::kAgent);
  EXPECT_EQ(route("GET", "/tags/nonsense").operation->service->service, Service::kAgent);
}

TEST(Router, AnUnknownPathIsNoOperation) {
  for (const char* target : {"", "/", "//", "/nothing", "/model", "/model/x", "/model//converse",
                             "/model/x/converse/more", "model/x/converse", "*", "/model/x/Converse",
                             "http://host/model/x/converse"}) {
    EXPECT_EQ(error_of("POST", target), "404 UnknownOperationException ") << target;
  }
  EXPECT_EQ(error_of("POST", std::string(100'000, '/')), "404 UnknownOperationException ");
}

TEST(Router, AKnownPathNamesItsMethods) {
  EXPECT_EQ(error_of("GET", "/model/x/converse"),
            "405 UnknownOperationException This path answers only POST.");
  EXPECT_EQ(error_of("PATCH", "/guardrails/x"),
            "405 UnknownOperationException This path answers only DELETE, GET, POST, PUT.");
  EXPECT_EQ(error_of("post", "/model/x/converse"),
            "405 UnknownOperationException This path answers only POST.");
}

TEST(Router, RefusesAMalformedLabel) {
  EXPECT_EQ(error_of("POST", "/model/%ZZ/converse"),
            "400 SerializationException The path is not percent-encoded UTF-8");
  EXPECT_EQ(error_of("POST", "/model/%C3/converse"),
            "400 SerializationException The path is not percent-encoded UTF-8");
}

TEST(Router, KnowsTheActionsThatAreNotTheOperationsName) {
  EXPECT_EQ(route("POST", "/model/x/converse").operation->iam_action, "bedrock:InvokeModel");
  EXPECT_EQ(route("POST", "/model/x/converse-stream").operation->iam_action,
            "bedrock:InvokeModelWithResponseStream");
  EXPECT_EQ(route("POST", "/model/x/count-tokens").operation->iam_action, "bedrock:CountTokens");
}

}  // namespace
}  // namespace bedplate::protocol
