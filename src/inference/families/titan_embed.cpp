// Amazon Titan embeddings. Facts: AWS's guide, pages model-parameters-titan-embed-text,
// model-parameters-titan-embed-mm and titan-embedding-models; error texts from public reports
// (docs/embeddings.md).
#include <fmt/format.h>

#include <algorithm>

#include "inference/families/embedding_family.hpp"
#include "inference/families/embedding_parts.hpp"
#include "inference/vector_forms.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::size_t kTextCharactersMax = 50'000;

/// What a body asks for, of any Titan model.
struct Wish {
  std::string text;
  std::int64_t dimensions = 0;  ///< 0: as many as the weights have
  bool normalised = true;
  bool as_float = true;
  bool as_bits = false;
  bool by_type = false;  ///< Text V2 answers by type, too
  bool message = false;  ///< Multimodal has room for an error
  std::int64_t tokens_max = 0;
};

class TitanBody final : public EmbeddingBody {
 public:
  explicit TitanBody(Wish wish) : wish_(std::move(wish)) {}

  EmbeddingRequest request() const override {
    EmbeddingRequest request;
    request.texts = {wish_.text};
    request.tokens_max = wish_.tokens_max;
    return request;
  }

  json::object render(EmbeddingReply reply, const ReplyContext&) const override {
    std::vector<float> vector = std::move(reply.vectors.front());
    if (wish_.dimensions > 0) {
      vector = with_dimensions(vector, static_cast<std::size_t>(wish_.dimensions));
    }
    if (wish_.normalised) normalise(vector);
    json::object body;
    if (wish_.as_float) body["embedding"] = to_json(vector);
    if (wish_.by_type) {
      json::object types;
      if (wish_.as_float) types["float"] = to_json(vector);
      if (wish_.as_bits) types["binary"] = to_json(to_bits(vector));
      body["embeddingsByType"] = std::move(types);
    }
    body["inputTextTokenCount"] = reply.input_tokens;
    if (wish_.message) body["message"] = nullptr;
    return body;
  }

 private:
  Wish wish_;
};

void read_text(BodyReader& reader, Wish& wish) {
  auto text = reader.string("inputText");
  if (!text) return;
  check_length(*text, "", kTextCharactersMax, reader.violations());
  wish.text = std::move(*text);
}

void read_v2(BodyReader& reader, const EmbeddingFacts& facts, Wish& wish) {
  if (const auto dimensions = read_dimensions(reader, "dimensions", facts.dimensions)) {
    wish.dimensions = *dimensions;
  }
  wish.normalised = reader.boolean("normalize").value_or(true);
  const auto types = read_choices(reader, "embeddingTypes", {"float", "binary"});
  if (types && !types->empty()) {
    wish.as_float = std::find(types->begin(), types->end(), "float") != types->end();
    wish.as_bits = std::find(types->begin(), types->end(), "binary") != types->end();
  }
  wish.by_type = true;
}

Wish wish_for(const CatalogueModel& model) {
  Wish wish;
  wish.dimensions = model.embedding.default_dimensions;
  wish.tokens_max = model.embedding.text_tokens_max;
  return wish;
}

class TitanEmbedText final : public EmbeddingFamily {
 public:
  std::unique_ptr<EmbeddingBody> parse(const json::object& body,
                                       const CatalogueModel& model) const override {
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    Wish wish = wish_for(model);
    reader.require("inputText");
    read_text(reader, wish);
    // G1 has one length and takes nothing but the text.
    if (model.embedding.dimensions.size() > 1) read_v2(reader, model.embedding, wish);
    reader.refuse_extraneous();
    violations.throw_if_any();
    return std::make_unique<TitanBody>(std::move(wish));
  }

  ApiError too_long(const EngineError& failure) const override {
    return errors::validation(
        fmt::format("400 Bad Request: Too many input tokens. Max input tokens: {}, request input "
                    "token count: {}",
                    failure.context_tokens, failure.prompt_tokens));
  }
};

class TitanEmbedImage final : public EmbeddingFamily {
 public:
  std::unique_ptr<EmbeddingBody> parse(const json::object& body,
                                       const CatalogueModel& model) const override {
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    Wish wish = wish_for(model);
    wish.message = true;
    const auto image = reader.string("inputImage");
    if (!image) reader.require("inputText");
    read_text(reader, wish);
    if (const json::object* object = reader.object("embeddingConfig")) {
      BodyReader config(*object, reader.pointer_to("embeddingConfig"), violations);
      const auto length =
          read_dimensions(config, "outputEmbeddingLength", model.embedding.dimensions);
      if (length) wish.dimensions = *length;
      config.refuse_extraneous();
    }
    reader.refuse_extraneous();
    violations.throw_if_any();
    if (image) throw unreadable_input("image");
    return std::make_unique<TitanBody>(std::move(wish));
  }

  ApiError too_long(const EngineError& failure) const override {
    return titan_embed_text().too_long(failure);
  }
};

}  // namespace

const EmbeddingFamily& titan_embed_text() {
  static const TitanEmbedText family;
  return family;
}

const EmbeddingFamily& titan_embed_image() {
  static const TitanEmbedImage family;
  return family;
}

}  // namespace bedplate::inference
