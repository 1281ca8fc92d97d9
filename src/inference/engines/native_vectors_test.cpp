// Texts in native bodies, and the vectors that come back.
#include "inference/engines/native_vectors.hpp"

#include <gtest/gtest.h>

#include "inference/engine.hpp"

namespace bedplate::inference {
namespace {

std::vector<NativeVectors::Part> parts(const char* model, std::vector<std::string> texts,
                                       std::int64_t dimensions = 0) {
  EmbeddingRequest request;
  request.texts = std::move(texts);
  request.dimensions = dimensions;
  return NativeVectors(model, model).parts_of(request);
}

TEST(NativeVectors, AsksEachModelInItsWords) {
  EXPECT_EQ(parts("amazon.titan-embed-text-v1", {"a"}, 256).at(0).body, R"({"inputText":"a"})");
  EXPECT_EQ(parts("us.amazon.titan-embed-text-v2:0", {"a"}, 256).at(0).body,
            R"({"inputText":"a","dimensions":256})");
  EXPECT_EQ(parts("amazon.titan-embed-image-v1", {"a"}, 384).at(0).body,
            R"({"inputText":"a","embeddingConfig":{"outputEmbeddingLength":384}})");
  EXPECT_EQ(parts("cohere.embed-english-v3", {"a", "b"}, 256).at(0).body,
            R"({"input_type":"search_document","truncate":"NONE","texts":["a","b"]})");
  EXPECT_EQ(
      parts("cohere.embed-v4:0", {"a"}, 256).at(0).body,
      R"({"input_type":"search_document","truncate":"NONE","texts":["a"],"output_dimension":256})");
  EXPECT_EQ(parts("amazon.nova-2-multimodal-embeddings-v1:0", {"a"}, 256).at(0).body,
            R"({"taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{)"
            R"("embeddingPurpose":"GENERIC_INDEX","embeddingDimension":256,)"
            R"("text":{"truncationMode":"NONE","value":"a"}}})");
}

TEST(NativeVectors, DividesTexts) {
  EXPECT_EQ(parts("amazon.titan-embed-text-v2:0", {"a", "b"}).size(), 2U);
  const auto many = parts("cohere.embed-english-v3", std::vector<std::string>(100, "a"));
  ASSERT_EQ(many.size(), 2U);
  EXPECT_EQ(many[0].texts, 96U);
  EXPECT_EQ(many[1].texts, 4U);
  EXPECT_TRUE(parts("cohere.embed-v4:0", {}).empty());
}

TEST(NativeVectors, KnowsTheModelByOurIdWhereTheirsDoesNotTell) {
  const char* arn = "arn:aws:bedrock:us-east-1:1:application-inference-profile/x";
  EXPECT_NO_THROW(NativeVectors(arn, "cohere.embed-v4:0"));
  EXPECT_THROW(NativeVectors(arn, "amazon.nova-lite-v1:0"), EngineError);
  EXPECT_THROW(NativeVectors("cohere.rerank-v3-5:0", "cohere.embed-v4:0"), EngineError);
}

TEST(NativeVectors, ReadsEveryForm) {
  const std::vector<std::vector<float>> one{{1, -0.5}};
  EXPECT_EQ(read_native_vectors(R"({"embedding":[1,-0.5],"inputTextTokenCount":1})", 1), one);
  EXPECT_EQ(read_native_vectors(R"({"embeddings":[[1,-0.5]],"response_type":"x"})", 1), one);
  EXPECT_EQ(read_native_vectors(R"({"embeddings":{"float":[[1,-0.5]]}})", 1), one);
  EXPECT_EQ(read_native_vectors(R"({"embeddings":[{"embedding":[1,-0.5]}]})", 1), one);
  EXPECT_EQ(read_native_vectors(R"({"embeddings":[[1],[2]]})", 2).size(), 2U);
}

TEST(NativeVectors, RefusesNonsense) {
  for (const char* answer :
       {"", "[]", "{}", R"({"embedding":[]})", R"({"embedding":["x"]})", R"({"embeddings":[]})",
        R"({"embeddings":[[1],[2]]})", R"({"embeddings":{"int8":[[1]]}})", R"({"embeddings":[7]})",
        R"({"embeddings":[{"vector":[1]}]})"}) {
    EXPECT_THROW(read_native_vectors(answer, 1), EngineError) << answer;
  }
}

}  // namespace
}  // namespace bedplate::inference
