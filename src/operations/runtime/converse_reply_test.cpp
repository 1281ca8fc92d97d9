// What Converse's replies have of each model. Source: recorded AWS traffic, listed in
// tests/conformance/recordings_converse.py.
#include "operations/runtime/converse_reply.hpp"

#include <gtest/gtest.h>

#include "protocol/shape_json.hpp"

namespace bedplate::operations {
namespace {

using inference::CatalogueModel;
using inference::Usage;

CatalogueModel model_named(const char* id) {
  static const auto catalogue = inference::ModelCatalogue::built_in();
  const CatalogueModel* found = catalogue.find(id);
  EXPECT_NE(found, nullptr) << id;
  return found ? *found : CatalogueModel{};
}

std::string usage_of(const char* id, const Usage& usage, bool streaming = false) {
  const api::runtime::TokenUsage out = converse_usage(usage, model_named(id), streaming);
  EXPECT_EQ(out.serverToolUsage, boost::json::value(boost::json::object()));
  EXPECT_EQ(out.cacheReadInputTokens, out.cacheReadInputTokenCount);
  EXPECT_EQ(out.cacheWriteInputTokens, out.cacheWriteInputTokenCount);
  const auto shown = [](const std::optional<std::int32_t>& count) {
    return count ? std::to_string(*count) : "-";
  };
  return std::to_string(out.totalTokens) + " " + shown(out.cacheReadInputTokens) + " " +
         shown(out.cacheWriteInputTokens);
}

constexpr Usage kPlain{.input_tokens = 3, .output_tokens = 4};
constexpr Usage kCached{.input_tokens = 3,
                        .output_tokens = 4,
                        .cache_read_input_tokens = 100,
                        .cache_write_input_tokens = 20};
constexpr Usage kRead{.input_tokens = 3, .output_tokens = 4, .cache_read_input_tokens = 100};
constexpr const char* kSonnet45 = "anthropic.claude-sonnet-4-5-20250929-v1:0";
constexpr const char* kSonnet5 = "anthropic.claude-sonnet-5";
constexpr const char* kNova = "amazon.nova-pro-v1:0";

TEST(ConverseUsage, ClaudesWholeRepliesNameTheCacheWithoutUse) {
  EXPECT_EQ(usage_of(kSonnet45, kPlain), "7 0 0");
  EXPECT_EQ(usage_of(kSonnet5, kPlain), "7 0 -");
  EXPECT_EQ(usage_of(kNova, kPlain), "7 - -");
  EXPECT_EQ(usage_of(kSonnet45, kPlain, true), "7 - -");
  EXPECT_EQ(usage_of(kSonnet5, kPlain, true), "7 - -");
}

TEST(ConverseUsage, TheTotalHoldsWhatWasCached) {
  for (const char* id : {kSonnet45, kSonnet5, kNova}) {
    EXPECT_EQ(usage_of(id, kCached), "127 100 20") << id;
    EXPECT_EQ(usage_of(id, kRead, true), "107 100 0") << id;
  }
}

TEST(ConverseUsage, ClaudeTellsForHowLongWhatWasWrittenIsKept) {
  Usage usage = kCached;
  usage.cache_write_1h_input_tokens = 15;
  const auto claude = converse_usage(usage, model_named(kSonnet45), false).cacheDetails;
  ASSERT_TRUE(claude.has_value());
  ASSERT_EQ(claude->size(), 2U);
  EXPECT_EQ(claude->at(0).ttl, "1h");
  EXPECT_EQ(claude->at(0).inputTokens, 15);
  EXPECT_EQ(claude->at(1).ttl, "5m");
  EXPECT_EQ(claude->at(1).inputTokens, 5);
  EXPECT_FALSE(converse_usage(kRead, model_named(kSonnet45), false).cacheDetails.has_value());
  EXPECT_FALSE(converse_usage(usage, model_named(kNova), false).cacheDetails.has_value());
}

TEST(ConverseMessage, CallsOfSomeModelsSayTheirType) {
  const auto type_of = [](const char* id) {
    inference::GenerationReply reply;
    reply.content.emplace_back(inference::ToolUseBlock{.name = "look", .input = "{}"});
    const api::runtime::Message message = converse_message(std::move(reply), model_named(id));
    return message.content.at(0).toolUse->type;
  };
  EXPECT_EQ(type_of(kSonnet5), "tool_use");
  EXPECT_EQ(type_of("amazon.nova-2-lite-v1:0"), "tool_use");
  EXPECT_FALSE(type_of(kNova).has_value());
  EXPECT_FALSE(type_of("moonshot.kimi-k2-thinking").has_value());
}

}  // namespace
}  // namespace bedplate::operations
