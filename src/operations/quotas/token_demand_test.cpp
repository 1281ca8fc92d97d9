// The estimate stays below what tokenizers count; rates are those of the user guide.
#include "operations/quotas/token_demand.hpp"

#include <gtest/gtest.h>

#include "inference/conversation.hpp"

namespace bedplate::operations {
namespace {
using namespace inference;

GenerationRequest asking(std::vector<ContentBlock> blocks) {
  Conversation conversation;
  conversation.messages.push_back({Role::kUser, std::move(blocks)});
  GenerationRequest request;
  request.prompt = std::move(conversation);
  return request;
}

std::int64_t input_of(const GenerationRequest& request) {
  return demand_of(request, CatalogueModel{}).input_tokens;
}

// The pangram is ten tokens for GPT-4.
TEST(TokenDemand, IsBelowWhatTokenizersCount) {
  EXPECT_LE(input_of(asking({TextBlock{"The quick brown fox jumps over the lazy dog."}})), 10);
  EXPECT_GT(input_of(asking({TextBlock{std::string(6'000, 'x')}})), 500);
}

TEST(TokenDemand, CountsEveryPartThatIsText) {
  const std::string text(600, 'a');
  EXPECT_EQ(input_of(asking({TextBlock{text}})), 100);
  EXPECT_EQ(input_of(asking({ToolUseBlock{"id", "", text}})), 100);
  EXPECT_EQ(input_of(asking({ToolResultBlock{"id", {TextBlock{text}, TextBlock{text}}}})), 200);
  DocumentBlock document;
  document.bytes = text;
  document.format = "md";
  EXPECT_EQ(input_of(asking({document})), 100);
  document.format = "pdf";
  EXPECT_EQ(input_of(asking({document})), 0);
  EXPECT_EQ(input_of(asking({ImageBlock{"png", text}})), 0);
  GenerationRequest raw;
  raw.prompt = RawPrompt{text};
  EXPECT_EQ(input_of(raw), 100);
  GenerationRequest request = asking({TextBlock{text}});
  auto& conversation = std::get<Conversation>(request.prompt);
  conversation.system.push_back(TextBlock{text});
  conversation.tools.push_back({"", text, ""});
  EXPECT_EQ(input_of(request), 300);
}

TEST(TokenDemand, WhatMayComeOutOfTheCacheIsFree) {
  const std::string text(600, 'a');
  EXPECT_EQ(input_of(asking({TextBlock{text}, CachePoint{}, TextBlock{text}})), 100);
  GenerationRequest request = asking({TextBlock{text}});
  auto& conversation = std::get<Conversation>(request.prompt);
  conversation.tools.push_back({"", text, ""});
  conversation.cache_tools = true;
  EXPECT_EQ(input_of(request), 100);
  conversation.system.push_back(TextBlock{text});
  EXPECT_EQ(input_of(request), 200);
}

TEST(TokenDemand, TheLongestReplyIsTheRequestsElseTheModels) {
  CatalogueModel model;
  GenerationRequest request = asking({});
  EXPECT_EQ(demand_of(request, model).max_tokens, 0);
  model.max_output_tokens = 4'096;
  EXPECT_EQ(demand_of(request, model).max_tokens, 4'096);
  request.sampling.max_tokens = 100;
  EXPECT_EQ(demand_of(request, model).max_tokens, 100);
  request.sampling.max_tokens = 1'000'000'000;
  EXPECT_EQ(demand_of(request, model).max_tokens, 4'096);
}

TEST(TokenDemand, EmbeddingsNeedTheirTextsAsFarAsTheyAreRead) {
  EmbeddingRequest request;
  request.texts = {std::string(600, 'a'), std::string(60'000, 'b')};
  EXPECT_EQ(demand_of(request).input_tokens, 10'100);
  request.tokens_max = 512;
  EXPECT_EQ(demand_of(request).input_tokens, 612);
  EXPECT_EQ(demand_of(request).max_tokens, 0);
}

TEST(TokenDemand, OutputOfClaudeCountsFiveTimesFromThreeSevenOn) {
  for (const char* id :
       {"anthropic.claude-3-7-sonnet-20250219-v1:0", "anthropic.claude-sonnet-4-20250514-v1:0",
        "anthropic.claude-opus-4-1-20250805-v1:0", "anthropic.claude-haiku-4-5-20251001-v1:0",
        "anthropic.claude-opus-5"}) {
    EXPECT_EQ(output_rate_of(id), 5) << id;
  }
  for (const char* id :
       {"anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-5-sonnet-20241022-v2:0",
        "anthropic.claude-v2:1", "anthropic.claude-instant-v1", "amazon.nova-pro-v1:0",
        "meta.llama3-8b-instruct-v1:0", "bedplate.demo-chat"}) {
    EXPECT_EQ(output_rate_of(id), 1) << id;
  }
}

}  // namespace
}  // namespace bedplate::operations
