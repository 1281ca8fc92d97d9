// Amazon Nova Multimodal Embeddings, what InvokeModel takes of it. Facts: the Nova guide's page
// embeddings-schema.
#include <fmt/format.h>

#include "inference/families/embedding_family.hpp"
#include "inference/families/embedding_parts.hpp"
#include "inference/vector_forms.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::size_t kTextCharactersMax = 8'192;
constexpr std::string_view kOtherInputs[] = {"image", "audio", "video"};

class NovaBody final : public EmbeddingBody {
 public:
  explicit NovaBody(EmbeddingRequest request, std::int64_t dimensions)
      : request_(std::move(request)), dimensions_(static_cast<std::size_t>(dimensions)) {}

  EmbeddingRequest request() const override { return request_; }

  json::object render(EmbeddingReply reply, const ReplyContext&) const override {
    std::vector<float> vector = with_dimensions(reply.vectors.front(), dimensions_);
    normalise(vector);
    json::object embedding{{"embeddingType", "TEXT"}, {"embedding", to_json(vector)}};
    if (!reply.cut_at_characters.empty() && reply.cut_at_characters.front()) {
      embedding["truncatedCharLength"] = *reply.cut_at_characters.front();
    }
    json::object body;
    body["embeddings"].emplace_array().push_back(std::move(embedding));
    return body;
  }

 private:
  EmbeddingRequest request_;
  std::size_t dimensions_;
};

void read_text(BodyReader& params, const json::object& object, EmbeddingRequest& request) {
  BodyViolations& violations = params.violations();
  const std::string pointer = params.pointer_to("text");
  BodyReader text(object, pointer, violations);
  text.require("truncationMode");
  const auto mode = read_choice(text, "truncationMode", {"START", "END", "NONE"});
  if (mode == "START") request.long_text = LongText::kDropStart;
  if (mode == "END") request.long_text = LongText::kDropEnd;
  const bool from_source = text.object("source") != nullptr;
  if (!from_source) text.require("value");
  if (auto value = text.string("value")) {
    check_length(*value, pointer + "/value", kTextCharactersMax, violations);
    request.texts.push_back(std::move(*value));
  }
  text.refuse_extraneous();
  if (from_source) {
    violations.throw_if_any();
    throw errors::validation(
        "Texts in S3 cannot be embedded here. Send the text itself as 'value'.");
  }
}

/// Reads `singleEmbeddingParams` and gives the vector's length.
std::int64_t read_params(BodyReader& params, const CatalogueModel& model,
                         EmbeddingRequest& request) {
  params.require("embeddingPurpose");
  read_choice(
      params, "embeddingPurpose",
      {"GENERIC_INDEX", "GENERIC_RETRIEVAL", "TEXT_RETRIEVAL", "IMAGE_RETRIEVAL", "VIDEO_RETRIEVAL",
       "DOCUMENT_RETRIEVAL", "AUDIO_RETRIEVAL", "CLASSIFICATION", "CLUSTERING"});
  const auto length = read_dimensions(params, "embeddingDimension", model.embedding.dimensions);
  std::string_view other;
  int inputs = 0;
  for (const std::string_view kind : kOtherInputs) {
    if (params.object(kind) == nullptr) continue;
    other = kind;
    ++inputs;
  }
  const json::object* text = params.object("text");
  if (text != nullptr) {
    ++inputs;
    read_text(params, *text, request);
  }
  if (inputs != 1) {
    params.violations().add("#/singleEmbeddingParams",
                            "exactly one of [text], [image], [video], [audio] must be present");
  }
  params.refuse_extraneous();
  params.violations().throw_if_any();
  if (!other.empty()) throw unreadable_input(other);
  return length.value_or(model.embedding.default_dimensions);
}

class NovaEmbed final : public EmbeddingFamily {
 public:
  std::unique_ptr<EmbeddingBody> parse(const json::object& body,
                                       const CatalogueModel& model) const override {
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    read_choice(reader, "schemaVersion", {"nova-multimodal-embed-v1"});
    reader.require("taskType");
    read_choice(reader, "taskType", {"SINGLE_EMBEDDING"});
    reader.require("singleEmbeddingParams");
    const json::object* object = reader.object("singleEmbeddingParams");
    reader.refuse_extraneous();
    if (object == nullptr) violations.throw_if_any();
    if (object == nullptr) violations.add("#", "required key [singleEmbeddingParams] not found");
    violations.throw_if_any();
    EmbeddingRequest request;
    request.tokens_max = model.embedding.text_tokens_max;
    request.cut_at_characters = true;
    BodyReader params(*object, "#/singleEmbeddingParams", violations);
    const std::int64_t dimensions = read_params(params, model, request);
    return std::make_unique<NovaBody>(std::move(request), dimensions);
  }
};

}  // namespace

const EmbeddingFamily& nova_embed() {
  static const NovaEmbed family;
  return family;
}

}  // namespace bedplate::inference
