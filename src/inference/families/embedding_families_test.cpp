// The native bodies of models that embed or rank, as their providers document them and as public
// reports of errors show them (docs/embeddings.md).
#include <gmock/gmock.h>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/embedding_family.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

const CatalogueModel& model_of(const char* id) {
  static const ModelCatalogue catalogue = ModelCatalogue::built_in();
  return *catalogue.find(id);
}

std::unique_ptr<EmbeddingBody> read(const char* id, std::string_view body) {
  const CatalogueModel& model = model_of(id);
  return find_embedding_family(model.family)->parse(parse_body_object(body), model);
}

std::string refusal(const char* id, std::string_view body) {
  try {
    const CatalogueModel& model = model_of(id);
    if (const RerankFamily* family = find_rerank_family(model.family)) {
      family->parse(parse_body_object(body));
    } else {
      read(id, body);
    }
  } catch (const ApiError& error) {
    return error.type + ": " + error.what();
  }
  return "accepted";
}

std::string malformed(std::string_view what) {
  return "ValidationException: Malformed input request: " + std::string(what) +
         ", please reformat your input and try again.";
}

/// What a family makes of the vectors that weights of three dimensions gave.
json::object answer(const char* id, std::string_view body) {
  EmbeddingReply reply;
  const auto wish = read(id, body);
  for (std::size_t i = 0; i < wish->request().texts.size(); ++i) {
    reply.vectors.push_back({3, 0, -4});
  }
  reply.input_tokens = 7;
  ReplyContext context;
  context.request_id = "the-request";
  return wish->render(reply, context);
}

std::vector<double> numbers(const json::value& list) {
  std::vector<double> out;
  for (const json::value& number : list.as_array()) out.push_back(number.to_number<double>());
  return out;
}

constexpr const char* kTitan1 = "amazon.titan-embed-text-v1";
constexpr const char* kTitan2 = "amazon.titan-embed-text-v2:0";
constexpr const char* kTitanImage = "amazon.titan-embed-image-v1";
constexpr const char* kCohere3 = "cohere.embed-english-v3";
constexpr const char* kCohere4 = "cohere.embed-v4:0";
constexpr const char* kNova = "amazon.nova-2-multimodal-embeddings-v1:0";
constexpr const char* kMarengo2 = "twelvelabs.marengo-embed-2-7-v1:0";
constexpr const char* kMarengo3 = "twelvelabs.marengo-embed-3-0-v1:0";
constexpr const char* kCohereRerank = "cohere.rerank-v3-5:0";
constexpr const char* kAmazonRerank = "amazon.rerank-v1:0";

// ---- Titan Text

TEST(TitanEmbed, G1TakesATextAndNothingElse) {
  const json::object reply = answer(kTitan1, R"({"inputText":"hello"})");
  EXPECT_EQ(reply.size(), 2U);
  EXPECT_EQ(reply.at("inputTextTokenCount"), 7);
  const auto vector = numbers(reply.at("embedding"));
  ASSERT_EQ(vector.size(), 1536U);
  EXPECT_DOUBLE_EQ(vector[0], 0.6) << "the float's shortest digits";
  EXPECT_DOUBLE_EQ(vector[2], -0.8);
  EXPECT_EQ(vector[3], 0);
  EXPECT_EQ(refusal(kTitan1, R"({"inputText":"a","dimensions":1536,"normalize":true})"),
            malformed("2 schema violations found"));
  EXPECT_EQ(refusal("amazon.titan-embed-g1-text-02", R"({"inputText":"a","x":1})"),
            malformed("#: extraneous key [x] is not permitted"));
}

TEST(TitanEmbed, V2AnswersByTypeToo) {
  const json::object both =
      answer(kTitan2, R"({"inputText":"a","embeddingTypes":["binary","float"]})");
  EXPECT_EQ(numbers(both.at("embedding")).size(), 1024U);
  EXPECT_EQ(both.at("embeddingsByType").at("float"), both.at("embedding"));
  const auto bits = numbers(both.at("embeddingsByType").at("binary"));
  ASSERT_EQ(bits.size(), 1024U);
  EXPECT_EQ(bits[0], 1);
  EXPECT_EQ(bits[2], 0);
  const json::object only_bits =
      answer(kTitan2, R"({"inputText":"a","embeddingTypes":["binary"]})");
  EXPECT_FALSE(only_bits.contains("embedding"));
  EXPECT_FALSE(only_bits.at("embeddingsByType").as_object().contains("float"));
  const json::object plain = answer(kTitan2, R"({"inputText":"a"})");
  EXPECT_TRUE(plain.at("embeddingsByType").as_object().contains("float")) << "always there";
}

TEST(TitanEmbed, V2KeepsTheLengthWhenAskedTo) {
  const auto vector = numbers(
      answer(kTitan2, R"({"inputText":"a","normalize":false,"dimensions":256})").at("embedding"));
  ASSERT_EQ(vector.size(), 256U);
  EXPECT_EQ(vector[0], 3);
  EXPECT_EQ(vector[2], -4);
}

TEST(TitanEmbed, RefusesInTitansWords) {
  EXPECT_EQ(refusal(kTitan2, "{}"), malformed("#: required key [inputText] not found"));
  EXPECT_EQ(refusal(kTitan2, R"({"inputText":7})"),
            malformed("#/inputText: expected type: String, found: Integer"));
  EXPECT_EQ(refusal(kTitan2, R"({"inputText":""})"), malformed("expected minLength: 1, actual: 0"));
  const std::string longest = R"({"inputText":")" + std::string(50'000, 'a');
  EXPECT_EQ(refusal(kTitan2, longest + "\"}"), "accepted");
  EXPECT_EQ(refusal(kTitan2, longest + "a\"}"),
            malformed("expected maxLength: 50000, actual: 50001"));
  EXPECT_EQ(refusal(kTitan2, R"({"inputText":"a","dimensions":384})"),
            malformed("#/dimensions: 384 is not a valid enum value"));
  EXPECT_EQ(refusal(kTitan2, R"({"inputText":"a","dimensions":"256"})"),
            malformed("#/dimensions: expected type: Integer, found: String"));
  EXPECT_EQ(refusal(kTitan2, R"({"inputText":"a","normalize":"yes"})"),
            malformed("#/normalize: expected type: Boolean, found: String"));
  EXPECT_EQ(refusal(kTitan2, R"({"inputText":"a","embeddingTypes":["float","int8"]})"),
            malformed("#/embeddingTypes/1: int8 is not a valid enum value"));
  EXPECT_EQ(refusal(kTitan2, R"({"inputText":"a","embeddingTypes":"float"})"),
            malformed("#/embeddingTypes: expected type: JSONArray, found: String"));
}

TEST(TitanEmbed, ATextThatIsTooLongIsRefusedWithItsTokens) {
  EXPECT_EQ(read(kTitan2, R"({"inputText":"a"})")->request().tokens_max, 8192);
  EngineError overflow(EngineError::Kind::kContextOverflow, "");
  overflow.prompt_tokens = 9'875;
  overflow.context_tokens = 8'192;
  EXPECT_STREQ(
      titan_embed_text().too_long(overflow).what(),
      "400 Bad Request: Too many input tokens. Max input tokens: 8192, request input token "
      "count: 9875");
}

// A model of the operator's own has the vectors of its weights, and any length of text.
TEST(TitanEmbed, AModelThatAwsDoesNotKnowKeepsItsDimensions) {
  const CatalogueModel own = guess_model("amazon.titan-embed-text-mine");
  EXPECT_TRUE(own.outputs("EMBEDDING"));
  EXPECT_FALSE(own.response_streaming);
  const auto wish = find_embedding_family(own.family)->parse({{"inputText", "a"}}, own);
  EXPECT_EQ(wish->request().tokens_max, 0);
  EmbeddingReply reply;
  reply.vectors = {{3, 0, -4}};
  EXPECT_EQ(wish->render(reply, {}).at("embedding").as_array().size(), 3U);
  const CatalogueModel cohere = guess_model("cohere.embed-mine");
  const auto texts = find_embedding_family(cohere.family)
                         ->parse(parse_body_object(R"({"texts":["a","b"],"input_type":)"
                                                   R"("search_query"})"),
                                 cohere);
  EXPECT_EQ(texts->request().texts.size(), 2U);
  EXPECT_NE(find_rerank_family(guess_model("cohere.rerank-mine").family), nullptr);
}

// ---- Titan Multimodal

TEST(TitanEmbedImage, EmbedsTexts) {
  const json::object reply =
      answer(kTitanImage, R"({"inputText":"a","embeddingConfig":{"outputEmbeddingLength":384}})");
  EXPECT_EQ(numbers(reply.at("embedding")).size(), 384U);
  EXPECT_TRUE(reply.at("message").is_null());
  EXPECT_EQ(numbers(answer(kTitanImage, R"({"inputText":"a"})").at("embedding")).size(), 1024U);
}

TEST(TitanEmbedImage, SaysThatTheWeightsReadNoImages) {
  EXPECT_THAT(refusal(kTitanImage, R"({"inputImage":"aGVsbG8="})"),
              testing::HasSubstr("read no image input"));
  EXPECT_THAT(refusal(kTitanImage, R"({"inputText":"a","inputImage":"aGVsbG8="})"),
              testing::HasSubstr("read no image input"));
  EXPECT_EQ(refusal(kTitanImage, "{}"), malformed("#: required key [inputText] not found"));
  EXPECT_EQ(
      refusal(kTitanImage, R"({"inputText":"a","embeddingConfig":{"outputEmbeddingLength":512}})"),
      malformed("#/embeddingConfig/outputEmbeddingLength: 512 is not a valid enum value"));
  EXPECT_EQ(refusal(kTitanImage, R"({"inputText":"a","embeddingConfig":{"x":1}})"),
            malformed("#/embeddingConfig: extraneous key [x] is not permitted"));
}

// ---- Cohere Embed

TEST(CohereEmbed, V3AnswersWithAList) {
  const json::object reply =
      answer(kCohere3, R"({"texts":["Hello","world"],"input_type":"search_document"})");
  EXPECT_EQ(reply.at("id"), "the-request");
  EXPECT_EQ(reply.at("response_type"), "embeddings_floats");
  EXPECT_EQ(reply.at("texts"), (json::array{"hello", "world"}));
  ASSERT_EQ(reply.at("embeddings").as_array().size(), 2U);
  EXPECT_EQ(numbers(reply.at("embeddings").at(0)).size(), 1024U);
}

TEST(CohereEmbed, V3AnswersByTypeWhenTypesAreNamed) {
  const json::object reply =
      answer(kCohere3, R"({"texts":["a"],"input_type":"clustering",)"
                       R"("embedding_types":["float","int8","uint8","binary","ubinary"]})");
  EXPECT_EQ(reply.at("response_type"), "embeddings_by_type");
  const json::object& types = reply.at("embeddings").as_object();
  const auto first = [&](const char* type) { return numbers(types.at(type).at(0)); };
  EXPECT_EQ(first("float").size(), 1024U);
  EXPECT_EQ(first("int8")[0], 22) << "0.6 * sqrt(3) * 127 / 6";
  EXPECT_EQ(first("uint8")[0], 150);
  EXPECT_EQ(first("binary").size(), 128U);
  EXPECT_EQ(first("ubinary")[0], 0b10000000);
  EXPECT_EQ(first("binary")[0], 0);
}

TEST(CohereEmbed, V4TakesLengthsInputsAndABudget) {
  const json::object texts =
      answer(kCohere4, R"({"texts":["a"],"input_type":"search_query","output_dimension":256})");
  EXPECT_EQ(numbers(texts.at("embeddings").at("float").at(0)).size(), 256U);
  const std::string_view body =
      R"({"input_type":"search_query","max_tokens":9,"truncate":"LEFT","inputs":[)"
      R"({"content":[{"type":"text","text":"one"},{"type":"text","text":"two"}]},)"
      R"({"content":[{"type":"text","text":"three"}]}]})";
  const EmbeddingRequest request = read(kCohere4, body)->request();
  EXPECT_THAT(request.texts, testing::ElementsAre("one\ntwo", "three"));
  EXPECT_EQ(request.tokens_max, 9);
  EXPECT_EQ(request.long_text, LongText::kDropStart);
  const json::object inputs = answer(kCohere4, body);
  EXPECT_EQ(numbers(inputs.at("embeddings").at("float").at(1)).size(), 1536U);
  EXPECT_EQ(inputs.at("inputs").as_array().size(), 2U);
  EXPECT_FALSE(inputs.contains("texts"));
}

TEST(CohereEmbed, ShortensAsTold) {
  const auto how = [](const char* truncate) {
    const std::string body = R"({"texts":["a"],"input_type":"search_query","truncate":")" +
                             std::string(truncate) + "\"}";
    return read(kCohere3, body)->request().long_text;
  };
  EXPECT_EQ(how("NONE"), LongText::kRefuse);
  EXPECT_EQ(how("START"), LongText::kDropStart);
  EXPECT_EQ(how("END"), LongText::kDropEnd);
  EXPECT_EQ(read(kCohere3, R"({"texts":["a"],"input_type":"search_query"})")->request().long_text,
            LongText::kRefuse);
}

TEST(CohereEmbed, ListsEverythingThatIsWrong) {
  EXPECT_EQ(refusal(kCohere3, R"({"inputText":"a"})"),
            malformed("#: required key [images] not found#: required key [texts] not found"
                      "#: required key [texts] not found#: required key [texts] not found"
                      "#: required key [texts] not found#: required key [input_type] not found"
                      "#: extraneous key [inputText] is not permitted"));
  EXPECT_EQ(refusal(kCohere3, R"({"texts":["a"],"input_type":"other"})"),
            malformed("#/input_type: other is not a valid enum value"));
  EXPECT_EQ(refusal(kCohere3, R"({"texts":["a"],"input_type":"clustering","truncate":"LEFT"})"),
            malformed("#/truncate: LEFT is not a valid enum value"));
  EXPECT_EQ(
      refusal(kCohere3, R"({"texts":["a"],"input_type":"clustering","output_dimension":256})"),
      malformed("#: extraneous key [output_dimension] is not permitted"));
  EXPECT_EQ(refusal(kCohere3, R"({"texts":"a","input_type":"clustering"})"),
            malformed("#/texts: expected type: JSONArray, found: String"));
  EXPECT_EQ(refusal(kCohere3, R"({"texts":["a",7],"input_type":"clustering"})"),
            malformed("#/texts/1: expected type: String, found: Integer"));
  EXPECT_EQ(refusal(kCohere3, R"({"texts":[],"input_type":"clustering"})"),
            malformed("#/texts: expected minimum item count: 1, found: 0"));
  EXPECT_EQ(refusal(kCohere4, R"({"texts":["a"],"input_type":"clustering","max_tokens":0})"),
            malformed("#/max_tokens: 0 is not greater or equal to 1"));
  EXPECT_EQ(refusal(kCohere4, R"({"input_type":"clustering","inputs":[{"content":[{}]}]})"),
            malformed("#/inputs/0/content/0: required key [type] not found"));
}

TEST(CohereEmbed, CountsTextsAndCharacters) {
  const auto body = [](std::size_t texts, std::size_t characters) {
    json::array list;
    for (std::size_t i = 0; i < texts; ++i) list.emplace_back(std::string(characters, 'a'));
    return json::serialize(json::object{{"texts", list}, {"input_type", "clustering"}});
  };
  EXPECT_EQ(refusal(kCohere3, body(96, 2'048)), "accepted");
  EXPECT_EQ(refusal(kCohere3, body(97, 1)),
            malformed("#/texts: expected maximum item count: 96, found: 97"));
  EXPECT_EQ(refusal(kCohere3, body(1, 2'049)),
            malformed("#/texts/0: expected maxLength: 2048, actual: 2049"));
  EXPECT_EQ(refusal(kCohere4, body(1, 20'000)), "accepted");
}

TEST(CohereEmbed, SaysThatTheWeightsReadNoImages) {
  for (const char* id : {kCohere3, kCohere4}) {
    EXPECT_THAT(refusal(id, R"({"images":["data:image/png;base64,AA=="],"input_type":"image"})"),
                testing::HasSubstr("read no image input"));
  }
  EXPECT_THAT(
      refusal(kCohere4, R"({"input_type":"clustering","inputs":[{"content":[{"type":"image_url",)"
                        R"("image_url":{"url":"data:image/png;base64,AA=="}}]}]})"),
      testing::HasSubstr("read no image input"));
}

// ---- Nova

std::string nova(std::string_view params) {
  return R"({"taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{)" + std::string(params) + "}}";
}

TEST(NovaEmbed, EmbedsATextByItsSchema) {
  const std::string body =
      nova(R"("embeddingPurpose":"GENERIC_INDEX","text":{"truncationMode":"END","value":"hello"})");
  const json::object reply = answer(kNova, body);
  const json::value& embedding = reply.at("embeddings").at(0);
  EXPECT_EQ(embedding.at("embeddingType"), "TEXT");
  EXPECT_EQ(numbers(embedding.at("embedding")).size(), 3072U);
  EXPECT_FALSE(embedding.as_object().contains("truncatedCharLength"));
  const auto wish = read(kNova, body);
  EXPECT_EQ(wish->request().long_text, LongText::kDropEnd);
  EmbeddingReply cut;
  cut.vectors = {{1, 0}};
  cut.cut_at_characters = {5};
  EXPECT_EQ(wish->render(cut, {}).at("embeddings").at(0).at("truncatedCharLength"), 5);
}

TEST(NovaEmbed, RefusesWhatTheSchemaDoesNotHave) {
  EXPECT_EQ(refusal(kNova, "{}"), malformed("2 schema violations found"));
  EXPECT_EQ(refusal(kNova, R"({"taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":null})"),
            malformed("#: required key [singleEmbeddingParams] not found"));
  EXPECT_EQ(refusal(kNova, R"({"taskType":"SEGMENTED_EMBEDDING","singleEmbeddingParams":{}})"),
            malformed("#/taskType: SEGMENTED_EMBEDDING is not a valid enum value"));
  const std::string_view text = R"("text":{"truncationMode":"END","value":"a"})";
  EXPECT_EQ(refusal(kNova, nova(text)),
            malformed("#/singleEmbeddingParams: required key [embeddingPurpose] not found"));
  EXPECT_EQ(refusal(kNova, nova(R"("embeddingPurpose":"X",)" + std::string(text))),
            malformed("#/singleEmbeddingParams/embeddingPurpose: X is not a valid enum value"));
  const std::string purpose = R"("embeddingPurpose":"CLUSTERING",)";
  EXPECT_EQ(refusal(kNova, nova(purpose + R"("embeddingDimension":512,)" + std::string(text))),
            malformed("#/singleEmbeddingParams/embeddingDimension: 512 is not a valid enum value"));
  EXPECT_EQ(refusal(kNova, nova(purpose + R"("text":{"value":"a"})")),
            malformed("#/singleEmbeddingParams/text: required key [truncationMode] not found"));
  EXPECT_EQ(refusal(kNova, nova(purpose + R"("text":{"truncationMode":"END"})")),
            malformed("#/singleEmbeddingParams/text: required key [value] not found"));
  const std::string long_text(8'193, 'a');
  EXPECT_EQ(
      refusal(kNova,
              nova(purpose + R"("text":{"truncationMode":"END","value":")" + long_text + "\"}")),
      malformed("#/singleEmbeddingParams/text/value: expected maxLength: 8192, actual: 8193"));
}

TEST(NovaEmbed, SaysWhichInputsTheWeightsCannotRead) {
  const std::string purpose = R"("embeddingPurpose":"CLUSTERING",)";
  EXPECT_THAT(refusal(kNova, nova(purpose + R"("image":{"format":"png"})")),
              testing::HasSubstr("read no image input"));
  EXPECT_THAT(refusal(kNova, nova(purpose + R"("audio":{"format":"mp3"})")),
              testing::HasSubstr("read no audio input"));
  EXPECT_THAT(refusal(kNova, nova(purpose + R"("text":{"truncationMode":"END",)"
                                            R"("source":{"s3Location":{"uri":"s3://b/k"}}})")),
              testing::HasSubstr("Texts in S3"));
  EXPECT_THAT(refusal(kNova, nova(purpose + R"("image":{},"text":{"truncationMode":"END",)"
                                            R"("value":"a"})")),
              testing::HasSubstr("exactly one of"));
}

// ---- Marengo

TEST(MarengoEmbed, EachVersionHasItsPlaceForTheText) {
  const json::object two = answer(kMarengo2, R"({"inputType":"text","inputText":"a"})");
  EXPECT_EQ(numbers(two.at("data").at(0).at("embedding")).size(), 1024U);
  const json::object three = answer(kMarengo3, R"({"inputType":"text","text":{"inputText":"a"}})");
  EXPECT_EQ(numbers(three.at("data").at(0).at("embedding")).size(), 512U);
  EXPECT_EQ(refusal(kMarengo2, R"({"inputType":"text","text":{"inputText":"a"}})"),
            malformed("2 schema violations found"));
  EXPECT_EQ(refusal(kMarengo3, R"({"inputType":"text"})"),
            malformed("#: required key [text] not found"));
  EXPECT_EQ(refusal(kMarengo2, R"({"inputType":"smell","inputText":"a"})"),
            malformed("#/inputType: smell is not a valid enum value"));
  EXPECT_THAT(refusal(kMarengo2, R"({"inputType":"video","mediaSource":{}})"),
              testing::HasSubstr("read no video input"));
  EXPECT_EQ(read(kMarengo2, R"({"inputType":"text","inputText":"a","textTruncate":"none"})")
                ->request()
                .long_text,
            LongText::kRefuse);
}

// ---- Rerank

json::object ranked(const char* id, std::string_view body, std::vector<double> scores) {
  RerankReply reply;
  reply.scores = std::move(scores);
  return find_rerank_family(model_of(id).family)->parse(parse_body_object(body))->render(reply);
}

TEST(Rerank, AnswersWithTheBestFirst) {
  const json::object all =
      ranked(kAmazonRerank, R"({"query":"q","documents":["a",{"text":"b"},"c"]})", {0.1, 0.9, 0.5});
  EXPECT_EQ(json::serialize(all.at("results").at(0)), R"({"index":1,"relevance_score":9E-1})");
  EXPECT_EQ(all.at("results").as_array().size(), 3U);
  const json::object two =
      ranked(kCohereRerank, R"({"query":"q","documents":["a","b","c"],"top_n":2,"api_version":2})",
             {0.5, 0.5, 0.9});
  ASSERT_EQ(two.at("results").as_array().size(), 2U);
  EXPECT_EQ(two.at("results").at(0).at("index"), 2);
  EXPECT_EQ(two.at("results").at(1).at("index"), 0) << "equals stay in their order";
}

TEST(Rerank, CohereTakesDocumentsWithFields) {
  const std::string_view body =
      R"({"query":"q","documents":[{"title":"T","text":"x"}],"rank_fields":["title","text"],)"
      R"("api_version":1,"return_documents":true})";
  EXPECT_EQ(cohere_rerank().parse(parse_body_object(body))->request().documents.at(0), "T\nx");
  EXPECT_EQ(ranked(kCohereRerank, body, {1}).at("results").at(0).at("document").at("text"), "T\nx");
}

TEST(Rerank, RefusesInEveritsWords) {
  EXPECT_EQ(refusal(kCohereRerank, R"({"query":"q","documents":["a"]})"),
            malformed("#: required key [api_version] not found"));
  EXPECT_EQ(refusal(kCohereRerank, R"({"query":"q","documents":["a"],"api_version":"2"})"),
            malformed("#/api_version: expected type: Integer, found: String"));
  EXPECT_EQ(refusal(kAmazonRerank, R"({"documents":["a"]})"),
            malformed("#: required key [query] not found"));
  EXPECT_EQ(refusal(kAmazonRerank, R"({"query":"q","documents":[]})"),
            malformed("#/documents: expected minimum item count: 1, found: 0"));
  EXPECT_EQ(refusal(kAmazonRerank, R"({"query":"q","documents":["a"],"top_n":0})"),
            malformed("#/top_n: 0 is not greater or equal to 1"));
  EXPECT_EQ(refusal(kAmazonRerank, R"({"query":"q","documents":[7]})"),
            malformed("#/documents/0: expected type: String, found: Integer"));
  EXPECT_EQ(refusal(kAmazonRerank, R"({"query":"q","documents":[{"body":"a"}]})"),
            malformed("#/documents/0: required key [text] not found"));
  EXPECT_EQ(refusal(kAmazonRerank, R"({"query":"q","documents":["a"],"api_version":2})"),
            malformed("#: extraneous key [api_version] is not permitted"));
  EXPECT_THAT(
      refusal(kCohereRerank,
              R"({"query":"q","documents":["a"],"api_version":2,"max_tokens_per_doc":100})"),
      testing::HasSubstr("cannot be honoured"));
}

}  // namespace
}  // namespace bedplate::inference
