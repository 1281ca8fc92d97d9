// What resources have in common: ARNs, documents, tags, policies.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/ids.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/facts.hpp"
#include "operations/resources/resource_policies.hpp"
#include "operations/resources/tag_rules.hpp"
#include "storage/open_store.hpp"

namespace bedplate::operations {
namespace {

struct WidgetFacts {
  std::string colour = "none";
  std::int64_t weight_g = 0;
  std::optional<std::string> note;
  std::vector<std::string> parts;
};
BOOST_DESCRIBE_STRUCT(WidgetFacts, (), (colour, weight_g, note, parts))

identity::Principal caller() {
  identity::Principal caller;
  caller.account_id = "111122223333";
  caller.region = "us-east-1";
  return caller;
}

std::string error_of(const std::function<void()>& function) {
  try {
    function();
  } catch (const ApiError& error) {
    return error.type;
  }
  return "";
}

TEST(NamedResource, IsTheCallersOwn) {
  const std::string arn =
      "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/x2m4f1a7kq0z";
  const auto named = named_resource(arn, caller());
  ASSERT_TRUE(named);
  EXPECT_EQ(named->kind, &kApplicationInferenceProfile);
  EXPECT_EQ(named->key,
            (storage::ResourceKey{"111122223333", "us-east-1", "application-inference-profile", "",
                                  "x2m4f1a7kq0z"}));
  EXPECT_EQ(arn_of(*named->kind, named->key), arn);
}

TEST(NamedResource, NothingOfOthersAndNothingElse) {
  for (const char* arn : {
           "arn:aws:bedrock:us-east-1:999999999999:application-inference-profile/x2m4f1a7kq0z",
           "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/x2m4f1a7kq0z",
           "arn:aws-cn:bedrock:us-east-1:111122223333:application-inference-profile/x2m4f1a7kq0z",
           "arn:aws:iam:us-east-1:111122223333:application-inference-profile/x2m4f1a7kq0z",
           "arn:aws:bedrock:us-east-1::application-inference-profile/x2m4f1a7kq0z",
           "arn:aws:bedrock:us-east-1:111122223333:inference-profile/x2m4f1a7kq0z",
           "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/",
           "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile",
           "x2m4f1a7kq0z",
           "",
       }) {
    EXPECT_FALSE(named_resource(arn, caller())) << arn;
  }
  const std::string long_arn =
      "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/" + std::string(2'000, 'a');
  EXPECT_FALSE(named_resource(long_arn, caller()));
}

TEST(NamedResource, APathIsPartOfTheKeyAndLeadsNowhere) {
  const auto named = named_resource(
      "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/../other/x", caller());
  ASSERT_TRUE(named);
  EXPECT_EQ(named->key.parent, "../other");
  EXPECT_EQ(named->key.id, "x");
  EXPECT_EQ(arn_of(*named->kind, named->key),
            "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/../other/x");
}

TEST(NewRow, HasAnIdAsAwsFormsThem) {
  const storage::Resource one = new_row(kProvisionedThroughput, caller(), "name");
  const storage::Resource two = new_row(kProvisionedThroughput, caller(), "name");
  EXPECT_NE(one.key.id, two.key.id);
  EXPECT_EQ(one.key.id.size(), 12U);
  EXPECT_EQ(one.key.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789"),
            std::string::npos);
}

TEST(Facts, ComeBackAsTheyWere) {
  storage::Resource row;
  row.document = write_facts(WidgetFacts{"red \"\\é", 12, std::nullopt, {"a", "b"}});
  const auto read = read_facts<WidgetFacts>(row);
  EXPECT_EQ(read.colour, "red \"\\é");
  EXPECT_EQ(read.weight_g, 12);
  EXPECT_EQ(read.note, std::nullopt);
  EXPECT_EQ(read.parts, (std::vector<std::string>{"a", "b"}));
}

TEST(Facts, OldAndNewDocumentsAreReadable) {
  storage::Resource row;
  row.document = R"({"note": "there", "of a later version": [1, 2]})";
  const auto read = read_facts<WidgetFacts>(row);
  EXPECT_EQ(read.colour, "none");
  EXPECT_EQ(read.note, "there");
}

TEST(Facts, WhatIsBrokenIsNotRead) {
  storage::Resource row;
  row.key.kind = "widget";
  row.key.id = "w1";
  for (const char* document :
       {"", "[]", "null", "{", R"({"colour": 3})", R"({"parts": ["a", 1]})"}) {
    row.document = document;
    try {
      read_facts<WidgetFacts>(row);
      ADD_FAILURE() << document;
    } catch (const std::runtime_error& problem) {
      EXPECT_NE(std::string(problem.what()).find("widget w1"), std::string::npos);
    }
  }
}

TEST(Tags, RulesBeyondTheModel) {
  EXPECT_EQ(error_of([] {
              check_tags({{"a", "1"}, {"A", "2"}, {"aws", ""}, {"my:aws:x", ""}});
            }),
            "");
  for (const char* key : {"aws:", "aws:x", "AWS:x", "aWs:x"}) {
    EXPECT_EQ(error_of([&] { check_tags({{key, "1"}}); }), "ValidationException") << key;
  }
  EXPECT_EQ(error_of([] {
              check_tags({{"a", "1"}, {"b", "1"}, {"a", "1"}});
            }),
            "ValidationException");
  EXPECT_EQ(too_many_tags(TagService::kControl, "arn:x").resource_name, "arn:x");
  EXPECT_EQ(too_many_tags(TagService::kAgent, "arn:x").type, "ServiceQuotaExceededException");
}

TEST(ClientRequest, TheTokenAndAllOfTheRequestCount) {
  EXPECT_FALSE(client_request("Create", std::nullopt, "{}"));
  const auto one = client_request("Create", "token", "{}");
  EXPECT_EQ(one->hash, client_request("Create", "token", "{}")->hash);
  EXPECT_NE(one->hash, client_request("Create", "token", "{ }")->hash);
}

class ResourcePolicies : public testing::Test {
 protected:
  ~ResourcePolicies() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::optional<std::string> get(const char* account = "111122223333") {
    return store_->read_blocking([&](storage::Transaction& transaction) {
      return resource_policy(transaction, account, "us-east-1", kArn);
    });
  }

  static constexpr const char* kArn = "arn:aws:bedrock:us-east-1:111122223333:guardrail/x";
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("bedplate-policies-" + random_base36(12));
  std::unique_ptr<storage::Store> store_ = [this] {
    std::filesystem::create_directories(folder_);
    storage::StoreOptions options;
    options.file = folder_ / "bedplate.db";
    return storage::open_store_blocking(options);
  }();
};

TEST_F(ResourcePolicies, AreAskedWhoeversTheResourceIs) {
  const auto attached = [&](const char* document) {
    store_->write_blocking([&](storage::Transaction& transaction) {
      put_resource_policy(transaction, "111122223333", "us-east-1", kArn, document, 1'000);
    });
    return store_->read_blocking(
        [&](storage::Transaction& transaction) { return attached_policy(transaction, kArn); });
  };
  const auto guest = *identity::policy::parse_caller("arn:aws:iam::444455556666:user/guest");
  const auto allows = [&](const std::optional<identity::policy::AttachedPolicy>& on_resource) {
    identity::policy::PrincipalPolicies own;
    own.identity.push_back({identity::policy::Policy::parse(
                                R"({"Version":"2012-10-17",
                                    "Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})",
                                identity::policy::DocumentKind::kManaged),
                            "own", ""});
    identity::policy::Context keys;
    identity::policy::ResourcePolicies policies;
    if (on_resource) policies.attached.push_back(*on_resource);
    return identity::policy::evaluate({guest, "bedrock:ApplyGuardrail", kArn, "111122223333", keys},
                                      own, policies)
        .allowed;
  };
  EXPECT_FALSE(allows(std::nullopt));
  EXPECT_TRUE(allows(attached(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"bedrock:ApplyGuardrail",
          "Principal":{"AWS":"444455556666"},"Resource":"*"}})")));
  EXPECT_FALSE(allows(attached(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"bedrock:ApplyGuardrail",
          "Principal":{"AWS":"777788889999"},"Resource":"*"}})")));
  const auto broken = attached("{");
  ASSERT_TRUE(broken);
  EXPECT_FALSE(allows(broken));
  EXPECT_FALSE(store_->read_blocking([&](storage::Transaction& transaction) {
    return attached_policy(transaction, "no arn").has_value();
  }));
}

TEST(NamedResource, MayBeAnothersToBeAskedAbout) {
  const auto named = resource_at(
      "arn:aws:bedrock:eu-west-1:999999999999:application-inference-profile/x2m4f1a7kq0z");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->key,
            (storage::ResourceKey{"999999999999", "eu-west-1", "application-inference-profile", "",
                                  "x2m4f1a7kq0z"}));
}

TEST_F(ResourcePolicies, OneForEachArn) {
  EXPECT_EQ(get(), std::nullopt);
  for (const char* document : {R"({"Statement":[]})", R"({"Statement":[1]})"}) {
    store_->write_blocking([&](storage::Transaction& transaction) {
      put_resource_policy(transaction, "111122223333", "us-east-1", kArn, document, 1'000);
    });
    EXPECT_EQ(get(), document);
  }
  EXPECT_EQ(get("999999999999"), std::nullopt);
  const auto erase = [](storage::Transaction& transaction) {
    return erase_resource_policy(transaction, "111122223333", "us-east-1", kArn);
  };
  EXPECT_TRUE(store_->write_blocking(erase));
  EXPECT_FALSE(store_->write_blocking(erase));
  EXPECT_EQ(get(), std::nullopt);
}

TEST_F(ResourcePolicies, GoWithTheirResource) {
  storage::Resource row = new_row(kProvisionedThroughput, caller(), "name");
  const std::string arn = arn_of(kProvisionedThroughput, row.key);
  store_->write_blocking([&](storage::Transaction& transaction) {
    transaction.insert(row);
    transaction.put_tags(row.key.account_id, arn, {{"a", "1"}});
    put_resource_policy(transaction, row.key.account_id, row.key.region, arn, "{}", 1'000);
  });
  store_->write_blocking([&](storage::Transaction& transaction) {
    EXPECT_TRUE(erase_resource(transaction, kProvisionedThroughput, row.key));
    EXPECT_FALSE(erase_resource(transaction, kProvisionedThroughput, row.key));
    EXPECT_TRUE(transaction.tags(row.key.account_id, arn).empty());
    EXPECT_FALSE(resource_policy(transaction, row.key.account_id, row.key.region, arn));
  });
}

TEST(ResourcePolicy, MustBeAPolicy) {
  for (const char* document : {"", "{", "[]", "{}", R"({"Version":"2012-10-17"})",
                               R"({"Statement":[{"Effect":"Perhaps"}]})"}) {
    EXPECT_EQ(error_of([&] { check_resource_policy(document); }), "ValidationException")
        << document;
  }
  EXPECT_EQ(error_of([] {
              check_resource_policy(
                  R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",)"
                  R"("Action":"bedrock:ApplyGuardrail","Resource":"*"}]})");
            }),
            "");
}

}  // namespace
}  // namespace bedplate::operations
