#include "protocol/query/query_router.hpp"

#include <gtest/gtest.h>

#include "api/operations.hpp"
#include "base/api_error.hpp"

namespace bedplate::protocol::query {
namespace {

wire::Request get(const std::string& target) {
  wire::Request request;
  request.method = "GET";
  request.target = target;
  return request;
}

const ServiceDescriptor& sts() {
  return *find_service("sts");
}

std::string refusal(const wire::Request& request) {
  try {
    route(sts(), request);
  } catch (const ApiError& error) {
    return std::to_string(error.http_status) + " " + error.type + " " + error.what();
  }
  return "none";
}

std::string_view guessed(const std::string& target) {
  const ServiceDescriptor* service = guess_service(get(target));
  return service != nullptr ? service->key : "none";
}

TEST(QueryRouter, FindsEveryOperationOfBothServicesByItsName) {
  std::map<std::string_view, int> counts;
  for (const OperationDescriptor& operation : api::kOperations) {
    if (operation.service->protocol != Protocol::kQuery) continue;
    const wire::Request request = get("/?Version=" + std::string(operation.service->api_version) +
                                      "&Action=" + std::string(operation.name));
    EXPECT_EQ(route(*operation.service, request).operation, &operation);
    ++counts[operation.service->key];
  }
  EXPECT_EQ(counts["iam"], 180);
  EXPECT_EQ(counts["sts"], 11);
}

TEST(QueryRouter, OnlyQueryServicesAreFoundByName) {
  EXPECT_EQ(find_service("iam")->service, Service::kIam);
  EXPECT_EQ(find_service("bedrock"), nullptr);
  EXPECT_EQ(find_service(""), nullptr);
  EXPECT_EQ(find_service("STS"), nullptr);
}

// The texts as AWS was seen to answer.
TEST(QueryRouter, RefusesWhatNamesNoOperation) {
  const std::string version = "&Version=2011-06-15";
  EXPECT_EQ(refusal(get("/?Action=NoSuchAction" + version)),
            "400 InvalidAction Could not find operation NoSuchAction for version 2011-06-15");
  EXPECT_EQ(refusal(get("/?Action=GetCallerIdentity")),
            "400 InvalidAction Could not find operation GetCallerIdentity for version "
            "NO_VERSION_SPECIFIED");
  EXPECT_EQ(refusal(get("/?Action=GetCallerIdentity&Version=")),
            "400 InvalidAction Could not find operation GetCallerIdentity for version ");
  EXPECT_EQ(refusal(get("/?Action=" + version)),
            "400 InvalidAction Could not find operation  for version 2011-06-15");
  EXPECT_EQ(refusal(get("/?Action=ListUsers" + version)),
            "400 InvalidAction Could not find operation ListUsers for version 2011-06-15");
  EXPECT_EQ(refusal(get("/?Version=2011-06-15")).substr(0, 17), "400 MissingAction");
  EXPECT_EQ(refusal(get("/x?Action=GetCallerIdentity" + version)).substr(0, 4), "404 ");
  EXPECT_EQ(refusal(get("/?Action=GetCallerIdentity&Action=X" + version)), "none");
}

TEST(QueryRouter, RepeatsNoNameOfAnyLength) {
  std::string name(255, 'x');
  for (int i = 0; i < 1000; ++i) name += "%C3%A9";
  const std::string text = refusal(get("/?Action=" + name + "&Version=" + name));
  EXPECT_EQ(text, "400 InvalidAction Could not find operation " + std::string(255, 'x') +
                      " for version " + std::string(255, 'x'));
}

TEST(QueryRouter, GuessesTheServiceOfWhatIsNotSigned) {
  EXPECT_EQ(guessed("/?Action=AssumeRoleWithWebIdentity&Version=2011-06-15"), "sts");
  EXPECT_EQ(guessed("/?Action=Nonsense&Version=2010-05-08"), "iam");
  EXPECT_EQ(guessed("/?Action=ListUsers"), "iam");
  EXPECT_EQ(guessed("/?Action=ListQueues&Version=2012-11-05"), "none");
  EXPECT_EQ(guessed("/?Action=%"), "none");
  EXPECT_EQ(guessed("/"), "none");
  EXPECT_EQ(guessed("/model?Action=ListUsers"), "none");
}

}  // namespace
}  // namespace bedplate::protocol::query
