#include "inference/bindings.hpp"

#include <gtest/gtest.h>

#include "base/api_error.hpp"
#include "inference/model_catalogue.hpp"

namespace bedplate::inference {
namespace {

TEST(Pattern, StarStandsForAnyRun) {
  EXPECT_TRUE(matches_pattern("*", ""));
  EXPECT_TRUE(matches_pattern("anthropic.*", "anthropic.claude-v2"));
  EXPECT_TRUE(matches_pattern("*.claude*v1:0", "anthropic.claude-3-haiku-v1:0"));
  EXPECT_TRUE(matches_pattern("a*b*c", "aXbXbXc"));
  EXPECT_FALSE(matches_pattern("anthropic.*", "meta.llama3"));
  EXPECT_FALSE(matches_pattern("a*b", "abX"));
  EXPECT_FALSE(matches_pattern("", "x"));
}

TEST(Catalogue, TheBuiltInDataLoads) {
  const ModelCatalogue catalogue = ModelCatalogue::built_in();
  ASSERT_NE(catalogue.find("anthropic.claude-3-haiku-20240307-v1:0"), nullptr);
  EXPECT_EQ(catalogue.find("anthropic.claude-3-haiku-20240307-v1:0")->family, "anthropic-messages");
  EXPECT_EQ(catalogue.find("no.such-model"), nullptr);
  ASSERT_NE(catalogue.find_profile("us.anthropic.claude-3-5-sonnet-20241022-v2:0"), nullptr);
  EXPECT_FALSE(catalogue.find_profile("us.anthropic.claude-3-5-sonnet-20241022-v2:0")
                   ->destinations("us-east-1")
                   .empty());
}

TEST(Catalogue, WhatCannotBeReadIsAnErrorNotAnEmptyCatalogue) {
  EXPECT_THROW(ModelCatalogue::parse("[{}]", "[]"), std::runtime_error);
  EXPECT_THROW(ModelCatalogue::parse("{", "[]"), std::exception);
}

TEST(BindingTable, TheFirstThatMatchesModelAndRegionWins) {
  ModelCatalogue catalogue = ModelCatalogue::built_in();
  const BindingTable table(catalogue, {{{"anthropic.*"}, {"eu-west-1"}, "eu", false},
                                       {{"anthropic.*"}, {}, "rest", false},
                                       {{"*"}, {}, "text", true}});
  const auto& claude = *catalogue.find("anthropic.claude-3-haiku-20240307-v1:0");
  EXPECT_EQ(table.match(claude, "eu-west-1")->engine, "eu");
  EXPECT_EQ(table.match(claude, "us-east-1")->engine, "rest");
  EXPECT_EQ(table.match(*catalogue.find("meta.llama3-8b-instruct-v1:0"), "us-east-1")->engine,
            "text");
  // An embedding model puts out no text: the catch-all must not serve it.
  EXPECT_EQ(table.match(*catalogue.find("amazon.titan-embed-text-v2:0"), "us-east-1"), nullptr);
}

TEST(BindingTable, AnIdThatAwsDoesNotKnowJoinsTheCatalogue) {
  ModelCatalogue catalogue = ModelCatalogue::built_in();
  const BindingTable table(catalogue, {{{"acme.our-model"}, {}, "ours", false}});
  ASSERT_NE(catalogue.find("acme.our-model"), nullptr);
  EXPECT_EQ(catalogue.find("acme.our-model")->family, "openai-chat");
}

class BindingsTest : public testing::Test {
 protected:
  ~BindingsTest() override {
    engines.stop_blocking();
    pool.stop();
  }

  static EnginesOptions one_engine() {
    EnginesOptions options;
    options.engines.push_back(
        {.name = "far", .kind = OpenAiOptions{.endpoints = {"http://127.0.0.1:1"}}});
    return options;
  }
  /// Whether a request that names `id` finds an engine.
  bool answers(const std::string& id, BareIds bare_ids) {
    try {
      return bindings.resolve(id, "us-east-1", bare_ids).engine != nullptr;
    } catch (const ApiError& error) {
      EXPECT_EQ(error.type, "ValidationException");
      return false;
    }
  }

  IoPool pool{1};
  wire::Client client{pool, {}};
  ModelCatalogue catalogue = ModelCatalogue::built_in();
  Engines engines{pool, client, one_engine()};
  const Bindings bindings{catalogue, engines, {{{"anthropic.*", "amazon.*"}, {}, "far", true}}};
};

// What is listed answers, and nothing else does.
TEST_F(BindingsTest, ServesWhatItResolves) {
  std::size_t served = 0;
  for (const BareIds bare_ids : {BareIds::kOnDemand, BareIds::kProfiled}) {
    for (const CatalogueModel& model : catalogue.models()) {
      EXPECT_EQ(bindings.serves(model, "us-east-1", bare_ids), answers(model.id, bare_ids))
          << model.id;
    }
    for (const InferenceProfile& profile : catalogue.profiles()) {
      EXPECT_EQ(bindings.serves(profile, "us-east-1"), answers(profile.id, bare_ids)) << profile.id;
      served += bindings.serves(profile, "us-east-1") ? 1 : 0;
    }
  }
  EXPECT_GT(served, 0u);
}

TEST_F(BindingsTest, AModelOfProfilesAnswersToItsOwnIdOnlyWhereAsked) {
  EXPECT_FALSE(answers("anthropic.claude-sonnet-5", BareIds::kOnDemand));
  EXPECT_TRUE(answers("anthropic.claude-sonnet-5", BareIds::kProfiled));
  EXPECT_TRUE(answers("us.anthropic.claude-sonnet-5", BareIds::kOnDemand));
}

TEST_F(BindingsTest, TellsAnUnknownIdentifierFromARefusedOne) {
  for (const auto& [id, code] :
       std::map<std::string, std::string_view>{{"no.such-model", kCodeModelNotFound},
                                               {"arn:aws:s3:::bucket", kCodeModelNotFound},
                                               {"anthropic.claude-sonnet-5", ""}}) {
    try {
      bindings.resolve(id, "us-east-1");
      ADD_FAILURE() << id;
    } catch (const ApiError& error) {
      EXPECT_EQ(error.code, code) << id;
    }
  }
}

}  // namespace
}  // namespace bedplate::inference
