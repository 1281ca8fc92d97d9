// TwelveLabs Marengo Embed 2.7 and 3.0, texts. Facts: AWS's guide, pages model-parameters-marengo
// and model-parameters-marengo-3: 2.7 has the text beside `inputType`, 3.0 in an object `text`.
#include "inference/families/embedding_family.hpp"
#include "inference/families/embedding_parts.hpp"
#include "inference/vector_forms.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::size_t kTextCharactersMax = 50'000;

class MarengoBody final : public EmbeddingBody {
 public:
  MarengoBody(EmbeddingRequest request, std::int64_t dimensions)
      : request_(std::move(request)), dimensions_(static_cast<std::size_t>(dimensions)) {}

  EmbeddingRequest request() const override { return request_; }

  json::object render(EmbeddingReply reply, const ReplyContext&) const override {
    std::vector<float> vector = with_dimensions(reply.vectors.front(), dimensions_);
    normalise(vector);
    json::object body;
    body["data"].emplace_array().push_back(json::object{{"embedding", to_json(vector)}});
    return body;
  }

 private:
  EmbeddingRequest request_;
  std::size_t dimensions_;
};

void read_words(BodyReader& reader, EmbeddingRequest& request) {
  reader.require("inputText");
  if (auto text = reader.string("inputText")) {
    check_length(*text, reader.pointer_to("inputText"), kTextCharactersMax, reader.violations());
    request.texts.push_back(std::move(*text));
  }
}

class TwelvelabsEmbed final : public EmbeddingFamily {
 public:
  std::unique_ptr<EmbeddingBody> parse(const json::object& body,
                                       const CatalogueModel& model) const override {
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    reader.require("inputType");
    const auto type = read_choice(reader, "inputType",
                                  {"text", "image", "text_image", "multi_input", "video", "audio"});
    if (type && *type != "text") {
      violations.throw_if_any();
      throw unreadable_input(*type);
    }
    EmbeddingRequest request;
    request.tokens_max = model.embedding.text_tokens_max;
    request.long_text = LongText::kDropEnd;
    const bool v3 = model.id.find("marengo-embed-3") != std::string::npos;
    if (v3) {
      reader.require("text");
      if (const json::object* text = reader.object("text")) {
        BodyReader inner(*text, reader.pointer_to("text"), violations);
        read_words(inner, request);
        inner.refuse_extraneous();
      }
    } else {
      read_words(reader, request);
      if (read_choice(reader, "textTruncate", {"end", "none"}) == "none") {
        request.long_text = LongText::kRefuse;
      }
    }
    reader.string("inferenceId");  // names the request for its sender's own use
    reader.refuse_extraneous();
    violations.throw_if_any();
    return std::make_unique<MarengoBody>(std::move(request), model.embedding.default_dimensions);
  }
};

}  // namespace

const EmbeddingFamily& twelvelabs_embed() {
  static const TwelvelabsEmbed family;
  return family;
}

}  // namespace bedplate::inference
