// Converse's own checks, in Bedrock's words. Sources: docs/errors.md.
#include "operations/runtime/converse_input.hpp"

#include <gtest/gtest.h>

#include "inference/families/families.hpp"
#include "operations/runtime/converse_reply.hpp"
#include "protocol/shape_json.hpp"

namespace bedplate::operations {
namespace {

using inference::CatalogueModel;

CatalogueModel claude() {
  return inference::guess_model("anthropic.claude-test");
}
CatalogueModel llama() {
  return inference::guess_model("meta.llama-test");
}

inference::GenerationRequest read(const char* body, const CatalogueModel& model) {
  boost::json::value value = boost::json::parse(body);
  value.as_object()["modelId"] = model.id;
  const auto request = protocol::from_json<api::runtime::ConverseRequest>(value);
  refuse_unbuilt_converse_parts(request);
  return read_converse(converse_input(request), model, *inference::find_family(model.family));
}

std::string refusal(const char* body, const CatalogueModel& model) {
  try {
    read(body, model);
  } catch (const ApiError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Converse, ReadsSystemTurnsAndSampling) {
  const auto request = read(R"({
      "system": [{"text": "Be brief."}],
      "messages": [{"role": "user", "content": [{"text": "Hi"}]},
                   {"role": "assistant", "content": [{"text": "Hel"}]}],
      "inferenceConfig": {"maxTokens": 9, "temperature": 0, "topP": 0.9, "stopSequences": ["x"]},
      "additionalModelRequestFields": {"top_k": 4}})",
                            claude());
  const auto& conversation = std::get<inference::Conversation>(request.prompt);
  EXPECT_EQ(conversation.system.size(), 1u);
  EXPECT_EQ(conversation.messages.back().role, inference::Role::kAssistant);
  EXPECT_EQ(request.sampling.max_tokens, 9);
  EXPECT_EQ(request.sampling.top_p, 0.9) << "not 0.9F widened";
  EXPECT_EQ(request.sampling.top_k, 4);
}

TEST(Converse, EmptyMembersAreAsGoodAsAbsent) {
  EXPECT_EQ(refusal(R"({"system": [], "inferenceConfig": {}, "additionalModelRequestFields": {},
                        "messages": [{"role": "user", "content": [{"text": "Hi"}]}]})",
                    claude()),
            "accepted");
}

TEST(Converse, TurnsOfOneRoleInARowAreOneTurn) {
  const auto request = read(R"({"messages": [{"role": "user", "content": [{"text": "a"}]},
                                             {"role": "user", "content": [{"text": "b"}]}]})",
                            llama());
  const auto& messages = std::get<inference::Conversation>(request.prompt).messages;
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].content.size(), 2u);
}

TEST(Converse, SystemMessagesJoinTheSystemPrompt) {
  const auto request = read(R"({"messages": [{"role": "system", "content": [{"text": "a"}]},
                                             {"role": "user", "content": [{"text": "b"}]}]})",
                            claude());
  const auto& conversation = std::get<inference::Conversation>(request.prompt);
  ASSERT_EQ(conversation.system.size(), 1u);
  EXPECT_EQ(std::get<inference::TextBlock>(conversation.system[0]).text, "a");
  EXPECT_EQ(conversation.messages.size(), 1u);
}

TEST(Converse, MustStartWithTheUser) {
  constexpr const char* expected =
      "A conversation must start with a user message. Try again with a conversation that starts "
      "with a user message.";
  EXPECT_EQ(refusal(R"({"messages": []})", claude()), expected);
  constexpr const char* begun_by_assistant =
      R"({"messages": [{"role": "assistant", "content": [{"text": "x"}]}]})";
  EXPECT_EQ(refusal(begun_by_assistant, llama()), expected);
  EXPECT_EQ(refusal(begun_by_assistant, claude()), "accepted");
}

TEST(Converse, BlankTextIsRefusedInEachProvidersWords) {
  EXPECT_EQ(refusal(R"({"messages": [{"role": "user", "content": [{"text": ""}]}]})", claude()),
            "The model returned the following errors: messages: text content blocks must be "
            "non-empty");
  EXPECT_EQ(refusal(R"({"messages": [{"role": "user", "content": [{"text": " "}]}]})", llama()),
            "The text field in the ContentBlock object at messages.0.content.0 is blank. Add text "
            "to the text field, and try again.");
}

// Recorded with Claude Sonnet 4.5: clients put a line's end between a document and a cache point.
TEST(Converse, BlankTextBehindADocumentPassesForClaude) {
  const auto body = [](const std::string& blank, const std::string& more) {
    return R"({"messages": [{"role": "user", "content": [
               {"document": {"name": "d", "source": {"text": "x"}}}, {"text": ")" +
           blank + "\"}" + more + "]}]}";
  };
  const std::string question = R"(, {"text": "So?"})";
  const auto passes = [](const std::string& text, const CatalogueModel& model) {
    return refusal(text.c_str(), model) == "accepted";
  };
  EXPECT_TRUE(passes(body("\\n", question), claude()));
  EXPECT_FALSE(passes(body("\\n", ""), claude())) << "nothing is said";
  EXPECT_FALSE(passes(body("", question), claude())) << "an empty text is none";
  EXPECT_FALSE(passes(body("\\n", question), llama())) << "as other models' refusals say";
  EXPECT_FALSE(passes(R"({"messages": [{"role": "user", "content": [{"text": "So?"},
                          {"text": " "}]}]})",
                      claude()));
}

TEST(Converse, FeaturesThatTheModelLacksAreRefused) {
  CatalogueModel titan = llama();
  titan.features.system_prompts = false;
  titan.features.stop_sequences = false;
  EXPECT_EQ(refusal(R"({"system": [{"text": "x"}],
                        "messages": [{"role": "user", "content": [{"text": "x"}]}]})",
                    titan),
            "This model doesn't support system messages. Try again without a system message or use "
            "a model that supports system messages.");
  EXPECT_EQ(refusal(R"({"inferenceConfig": {"stopSequences": ["x"]},
                        "messages": [{"role": "user", "content": [{"text": "x"}]}]})",
                    titan),
            "This model doesn't support the stopSequences field. Remove stopSequences and try "
            "again.");
}

TEST(Converse, MaxTokensAboveTheModelsCap) {
  CatalogueModel model = claude();
  model.max_output_tokens = 64000;
  EXPECT_EQ(refusal(R"({"inferenceConfig": {"maxTokens": 64001},
                        "messages": [{"role": "user", "content": [{"text": "x"}]}]})",
                    model),
            "The maximum tokens you requested exceeds the model limit of 64000. Try again with a "
            "maximum tokens value that is lower than 64000.");
}

TEST(Converse, PrefillMayNotEndInWhiteSpace) {
  EXPECT_EQ(refusal(R"({"messages": [{"role": "user", "content": [{"text": "x"}]},
                                     {"role": "assistant", "content": [{"text": "so "}]}]})",
                    claude()),
            "The model returned the following errors: messages: final assistant content cannot end "
            "with trailing whitespace");
}

TEST(Converse, UnknownAdditionalFieldsAreTheModelsToRefuse) {
  EXPECT_EQ(refusal(R"({"additionalModelRequestFields": {"nonsense": 1},
                        "messages": [{"role": "user", "content": [{"text": "x"}]}]})",
                    claude()),
            "The model returned the following errors: nonsense: Extra inputs are not permitted");
}

TEST(Converse, PartsNotBuiltYetAreNamed) {
  EXPECT_EQ(refusal(R"({"messages": [{"role": "user", "content": [
                        {"video": {"format": "mp4", "source": {"bytes": "AA=="}}}]}]})",
                    claude()),
            "Bedplate does not implement Converse with video blocks yet.");
}

TEST(ResponseFields, ArePlacedUnderTheirOwnPath) {
  const boost::json::object chunk{{"delta", {{"stop_sequence", "##"}, {"stop_reason", "x"}}}};
  const auto picked = pick_response_fields({"/delta/stop_sequence", "/absent"}, {chunk});
  ASSERT_TRUE(picked.has_value());
  EXPECT_EQ(boost::json::serialize(*picked), R"({"delta":{"stop_sequence":"##"}})");
  EXPECT_FALSE(pick_response_fields({"/absent"}, {chunk}).has_value());
  EXPECT_THROW(pick_response_fields({"absent"}, {chunk}), ApiError);
}

}  // namespace
}  // namespace bedplate::operations
