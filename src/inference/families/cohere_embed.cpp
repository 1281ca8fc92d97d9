// Cohere Embed v3 and v4. Facts: AWS's guide, pages model-parameters-embed-v3 and -v4; error texts
// from public reports (docs/embeddings.md). v4 answers by type even when no type is asked for:
// clients that run against AWS read it so, whatever the guide's example shows.
#include <fmt/format.h>

#include <boost/algorithm/string/case_conv.hpp>

#include "base/bytes.hpp"
#include "inference/families/embedding_family.hpp"
#include "inference/families/embedding_parts.hpp"
#include "inference/vector_forms.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::size_t kV3TextCharactersMax = 2'048;
/// Recorded in 2026: it gives the texts back in lower case, the multilingual one and v4 as they
/// are.
constexpr std::string_view kLowerCaseModel = "cohere.embed-english-v3";

struct Wish {
  std::vector<std::string> texts;
  json::value texts_echo;   ///< "texts" of the answer, or null
  json::value inputs_echo;  ///< "inputs" of the answer, or null
  std::vector<std::string> types;
  bool by_type = false;
  std::int64_t dimensions = 0;  ///< 0: as many as the weights have
  std::int64_t tokens_max = 0;
  LongText long_text = LongText::kRefuse;
};

json::value in_type(const std::string& type, const std::vector<float>& vector,
                    std::size_t meaningful) {
  if (type == "int8") return to_json(to_int8(vector, meaningful));
  if (type == "uint8") return to_json(to_uint8(vector, meaningful));
  if (type == "binary") return to_json(to_binary(vector));
  if (type == "ubinary") return to_json(to_ubinary(vector));
  return to_json(vector);
}

class CohereBody final : public EmbeddingBody {
 public:
  explicit CohereBody(Wish wish) : wish_(std::move(wish)) {}

  EmbeddingRequest request() const override {
    EmbeddingRequest request;
    request.texts = wish_.texts;
    request.tokens_max = wish_.tokens_max;
    request.long_text = wish_.long_text;
    return request;
  }

  json::object render(EmbeddingReply reply, const ReplyContext& context) const override {
    std::vector<json::array> by_type(wish_.types.size());
    for (const std::vector<float>& pooled : reply.vectors) {
      const std::size_t length =
          wish_.dimensions > 0 ? static_cast<std::size_t>(wish_.dimensions) : pooled.size();
      std::vector<float> vector = with_dimensions(pooled, length);
      normalise(vector);
      for (std::size_t i = 0; i < by_type.size(); ++i) {
        by_type[i].push_back(in_type(wish_.types[i], vector, pooled.size()));
      }
    }
    json::object body{{"id", context.request_id}};
    if (!wish_.texts_echo.is_null()) body["texts"] = wish_.texts_echo;
    if (!wish_.inputs_echo.is_null()) body["inputs"] = wish_.inputs_echo;
    if (wish_.by_type) {
      json::object types;
      for (std::size_t i = 0; i < by_type.size(); ++i)
        types[wish_.types[i]] = std::move(by_type[i]);
      body["embeddings"] = std::move(types);
    } else {
      body["embeddings"] = std::move(by_type.front());
    }
    body["response_type"] = wish_.by_type ? "embeddings_by_type" : "embeddings_floats";
    return body;
  }

 private:
  Wish wish_;
};

void read_texts(BodyReader& reader, const CatalogueModel& model, bool v4, Wish& wish) {
  const json::array* list = reader.array("texts");
  if (list == nullptr) return;
  BodyViolations& violations = reader.violations();
  const std::string pointer = reader.pointer_to("texts");
  if (list->empty()) violations.add(pointer, "expected minimum item count: 1, found: 0");
  wish.texts = reader.strings("texts", static_cast<std::size_t>(model.embedding.texts_max));
  for (std::size_t i = 0; i < wish.texts.size(); ++i) {
    const std::size_t characters = count_characters(wish.texts[i]);
    if (v4 || characters <= kV3TextCharactersMax) continue;
    violations.add(
        fmt::format("{}/{}", pointer, i),
        fmt::format("expected maxLength: {}, actual: {}", kV3TextCharactersMax, characters));
  }
  if (model.id != kLowerCaseModel) {
    wish.texts_echo = *list;
    return;
  }
  json::array& echo = wish.texts_echo.emplace_array();
  for (const std::string& text : wish.texts) {
    echo.emplace_back(boost::algorithm::to_lower_copy(text, std::locale::classic()));
  }
}

/// One item of v4's `inputs`: its texts together make one vector.
void read_content(const json::value& item, const std::string& pointer, BodyViolations& violations,
                  Wish& wish, bool& image) {
  const json::object* object = item.if_object();
  if (object == nullptr) {
    violations.add(pointer,
                   fmt::format("expected type: JSONObject, found: {}", json_type_name(item)));
    return;
  }
  BodyReader reader(*object, pointer, violations);
  reader.require("content");
  std::string text;
  const json::array* content = reader.array("content");
  for (std::size_t i = 0; content != nullptr && i < content->size(); ++i) {
    const json::object* part = (*content)[i].if_object();
    if (part == nullptr) {
      violations.add(fmt::format("{}/content/{}", pointer, i), "expected type: JSONObject");
      continue;
    }
    BodyReader piece(*part, fmt::format("{}/content/{}", pointer, i), violations);
    piece.require("type");
    const auto type = read_choice(piece, "type", {"text", "image_url"});
    if (type == "image_url") image = true;
    if (type == "text") piece.require("text");
    if (const auto words = piece.string("text")) text += (text.empty() ? "" : "\n") + *words;
  }
  reader.refuse_extraneous();
  wish.texts.push_back(std::move(text));
}

void read_inputs(BodyReader& reader, const CatalogueModel& model, Wish& wish, bool& image) {
  const json::array* list = reader.array("inputs");
  if (list == nullptr) return;
  const std::string pointer = reader.pointer_to("inputs");
  const auto count_max = static_cast<std::size_t>(model.embedding.texts_max);
  if (list->empty() || list->size() > count_max) {
    reader.violations().add(pointer, list->empty()
                                         ? "expected minimum item count: 1, found: 0"
                                         : fmt::format("expected maximum item count: {}, found: {}",
                                                       count_max, list->size()));
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    read_content((*list)[i], fmt::format("{}/{}", pointer, i), reader.violations(), wish, image);
  }
  wish.inputs_echo = *list;
}

void read_v4(BodyReader& reader, const CatalogueModel& model, Wish& wish, bool& image) {
  read_inputs(reader, model, wish, image);
  const auto length = read_dimensions(reader, "output_dimension", model.embedding.dimensions);
  if (length) wish.dimensions = *length;
  const auto budget = reader.integer("max_tokens", 1, model.embedding.text_tokens_max);
  if (budget) wish.tokens_max = *budget;
}

LongText long_text_of(const std::optional<std::string>& truncate) {
  if (truncate == "START" || truncate == "LEFT") return LongText::kDropStart;
  if (truncate == "END" || truncate == "RIGHT") return LongText::kDropEnd;
  return LongText::kRefuse;
}

/// Which of the ways to say what to embed was taken: exactly one must be.
void check_inputs(const json::object& body, bool v4, BodyViolations& violations) {
  const bool texts = body.contains("texts"), images = body.contains("images");
  const bool inputs = v4 && body.contains("inputs");
  if (texts + images + inputs > 1) {
    violations.add("#", "only one of the subschemas is to match: texts, images" +
                            std::string(v4 ? ", inputs" : ""));
  } else if (!texts && !images && !inputs) {
    // As recorded: each input type's schema misses its own key.
    violations.add("#", "required key [images] not found");
    for (int schema = 0; schema < 4; ++schema) {
      violations.add("#", "required key [texts] not found");
    }
  }
}

class CohereEmbed final : public EmbeddingFamily {
 public:
  std::unique_ptr<EmbeddingBody> parse(const json::object& body,
                                       const CatalogueModel& model) const override {
    const bool v4 = model.embedding.dimensions.size() > 1;
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    Wish wish;
    wish.dimensions = model.embedding.default_dimensions;
    wish.tokens_max = model.embedding.text_tokens_max;
    check_inputs(body, v4, violations);
    bool image = reader.array("images") != nullptr;
    read_texts(reader, model, v4, wish);
    if (v4) read_v4(reader, model, wish, image);
    reader.require("input_type");
    const auto input_type =
        read_choice(reader, "input_type",
                    {"search_document", "search_query", "classification", "clustering", "image"});
    const auto truncate =
        v4 ? read_choice(reader, "truncate", {"NONE", "LEFT", "RIGHT", "START", "END"})
           : read_choice(reader, "truncate", {"NONE", "START", "END"});
    wish.long_text = long_text_of(truncate);
    const auto types =
        read_choices(reader, "embedding_types", {"float", "int8", "uint8", "binary", "ubinary"});
    wish.types = types.value_or(std::vector<std::string>());
    wish.by_type = v4 || !wish.types.empty();
    if (wish.types.empty()) wish.types = {"float"};
    reader.refuse_extraneous();
    violations.throw_all_if_any();
    if (image || input_type == "image") throw unreadable_input("image");
    return std::make_unique<CohereBody>(std::move(wish));
  }
};

}  // namespace

const EmbeddingFamily& cohere_embed() {
  static const CohereEmbed family;
  return family;
}

}  // namespace bedplate::inference
