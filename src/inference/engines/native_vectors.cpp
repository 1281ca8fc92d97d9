#include "inference/engines/native_vectors.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "inference/engine.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

constexpr std::size_t kCohereTextsMax = 96;  ///< of one body

EngineError broken() {
  return EngineError(EngineError::Kind::kFailed, "The engine's embeddings make no sense.");
}

bool has(std::string_view id, std::string_view part) {
  return id.find(part) != id.npos;
}

const char* end_to_cut(LongText how) {
  switch (how) {
    case LongText::kDropStart:
      return "START";
    case LongText::kDropEnd:
      return "END";
    case LongText::kRefuse:
      break;
  }
  return "NONE";
}

json::object nova_body(const EmbeddingRequest& request, const std::string& value) {
  json::object text{{"truncationMode", end_to_cut(request.long_text)}, {"value", value}};
  json::object params{{"embeddingPurpose", "GENERIC_INDEX"}};
  if (request.dimensions > 0) params["embeddingDimension"] = request.dimensions;
  params["text"] = std::move(text);
  json::object body{{"taskType", "SINGLE_EMBEDDING"}};
  body["singleEmbeddingParams"] = std::move(params);
  return body;
}

/// No purpose is known here: what is embedded is taken for part of an index.
json::object cohere_body(const EmbeddingRequest& request, std::size_t first, std::size_t count) {
  json::array texts;
  for (std::size_t i = first; i < first + count; ++i) texts.emplace_back(request.texts[i]);
  json::object body{{"input_type", "search_document"}, {"truncate", end_to_cut(request.long_text)}};
  body["texts"] = std::move(texts);
  return body;
}

/// Of a vector by itself, in an object, or by its type.
const json::value* vectors_in(const json::object& answer) {
  const json::value* list = answer.if_contains("embeddings");
  const json::object* by_type = list ? list->if_object() : nullptr;
  return by_type ? by_type->if_contains("float") : list;
}

std::vector<float> vector_of(const json::value& value) {
  const json::object* object = value.if_object();
  const json::value* inner = object ? object->if_contains("embedding") : &value;
  const json::array* numbers = inner ? inner->if_array() : nullptr;
  if (!numbers || numbers->empty()) throw broken();
  std::vector<float> vector;
  vector.reserve(numbers->size());
  for (const json::value& number : *numbers) {
    if (!number.is_number()) throw broken();
    vector.push_back(static_cast<float>(number.to_number<double>()));
  }
  return vector;
}

}  // namespace

NativeVectors::NativeVectors(std::string_view upstream_id, std::string_view model_id) {
  const std::string_view id =
      upstream_id.starts_with("arn:") && !has(upstream_id, "embed") ? model_id : upstream_id;
  if (has(id, "titan-embed-image")) {
    words_ = Words::kTitanImage;
  } else if (has(id, "titan-embed-text-v2")) {
    words_ = Words::kTitanTextV2;
  } else if (has(id, "titan-embed")) {
    words_ = Words::kTitanText;
  } else if (has(id, "cohere.embed-v4")) {
    words_ = Words::kCohereV4;
  } else if (has(id, "cohere.embed")) {
    words_ = Words::kCohere;
  } else if (has(id, "amazon.nova") && has(id, "embed")) {
    words_ = Words::kNova;
  } else {
    throw EngineError(EngineError::Kind::kInvalidRequest,
                      "The engine that serves this model does not embed texts with it.");
  }
}

std::string NativeVectors::body_of(const EmbeddingRequest& request, std::size_t first,
                                   std::size_t count) const {
  const std::int64_t dimensions = request.dimensions;
  json::object body;
  switch (words_) {
    case Words::kTitanText:
      body["inputText"] = request.texts[first];
      break;
    case Words::kTitanTextV2:
      body["inputText"] = request.texts[first];
      if (dimensions > 0) body["dimensions"] = dimensions;
      break;
    case Words::kTitanImage:
      body["inputText"] = request.texts[first];
      if (dimensions > 0) {
        body["embeddingConfig"].emplace_object()["outputEmbeddingLength"] = dimensions;
      }
      break;
    case Words::kCohere:
      body = cohere_body(request, first, count);
      break;
    case Words::kCohereV4:
      body = cohere_body(request, first, count);
      if (dimensions > 0) body["output_dimension"] = dimensions;
      break;
    case Words::kNova:
      body = nova_body(request, request.texts[first]);
      break;
  }
  return json::serialize(body);
}

std::vector<NativeVectors::Part> NativeVectors::parts_of(const EmbeddingRequest& request) const {
  const bool many = words_ == Words::kCohere || words_ == Words::kCohereV4;
  const std::size_t step = many ? kCohereTextsMax : 1;
  std::vector<Part> parts;
  for (std::size_t first = 0; first < request.texts.size(); first += step) {
    const std::size_t count = std::min(step, request.texts.size() - first);
    parts.push_back({body_of(request, first, count), count});
  }
  return parts;
}

std::vector<std::vector<float>> read_native_vectors(std::string_view answer, std::size_t texts) {
  boost::system::error_code malformed;
  const json::value value = json::parse(answer, malformed);
  const json::object* object = malformed ? nullptr : value.if_object();
  if (!object) throw broken();
  std::vector<std::vector<float>> vectors;
  if (object->contains("embedding")) {
    vectors.push_back(vector_of(value));
  } else if (const json::value* list = vectors_in(*object); list && list->is_array()) {
    for (const json::value& each : list->get_array()) vectors.push_back(vector_of(each));
  }
  if (vectors.size() != texts) throw broken();
  return vectors;
}

}  // namespace bedplate::inference
