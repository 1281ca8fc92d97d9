#include "inference/bindings.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace bedplate::inference
