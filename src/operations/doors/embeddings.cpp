// POST /v1/embeddings: OpenAI's embeddings, for every embedding model. A vector is as the weights
// give it, in the model's own length and of length 1.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/bytes.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/embedding_family.hpp"
#include "inference/families/embedding_parts.hpp"
#include "inference/vector_forms.hpp"
#include "operations/authorization/authorization.hpp"
#include "operations/doors/door_generation.hpp"
#include "operations/doors/door_router.hpp"
#include "operations/runtime/throttling.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;

constexpr std::size_t kTextsMax = 2'048;  // OpenAI's own
constexpr std::int64_t kDimensionsMax = 65'536;

struct EmbeddingsRequest {
  std::string model;
  inference::EmbeddingRequest input;
  std::optional<std::int64_t> dimensions;
  bool base64 = false;
};

void read_input(inference::BodyReader& reader, EmbeddingsRequest& request) {
  const json::value* input = reader.any("input");
  if (input == nullptr) return;
  if (const json::string* text = input->if_string()) {
    request.input.texts.emplace_back(*text);
  } else {
    request.input.texts = reader.strings("input", kTextsMax);
  }
  if (!reader.violations().empty()) return;
  const auto blank = [](const std::string& text) { return text.empty(); };
  const std::vector<std::string>& texts = request.input.texts;
  if (texts.empty() || std::any_of(texts.begin(), texts.end(), blank)) {
    ApiError error = errors::validation("'input' cannot be an empty string or an empty list.");
    error.parameter = "#/input";
    throw error;
  }
}

EmbeddingsRequest read_request(std::string_view text) {
  const json::object body = inference::parse_body_object(text);
  inference::BodyViolations violations;
  inference::BodyReader reader(body, "#", violations);
  reader.require("model");
  reader.require("input");
  EmbeddingsRequest request;
  request.model = reader.string("model").value_or("");
  read_input(reader, request);
  request.dimensions = reader.integer("dimensions", 1, kDimensionsMax);
  const auto format = inference::read_choice(reader, "encoding_format", {"float", "base64"});
  request.base64 = format == "base64";
  reader.string("user");
  reader.refuse_extraneous();
  violations.throw_if_any();
  return request;
}

/// Throws when the model offers other lengths only.
std::size_t length_of(const EmbeddingsRequest& request, const inference::CatalogueModel& model,
                      std::size_t own_length) {
  const inference::EmbeddingFacts& facts = model.embedding;
  if (!request.dimensions) {
    return facts.default_dimensions > 0 ? static_cast<std::size_t>(facts.default_dimensions)
                                        : own_length;
  }
  const auto& offered = facts.dimensions;
  if (!offered.empty() &&
      std::find(offered.begin(), offered.end(), *request.dimensions) == offered.end()) {
    ApiError error = errors::validation(
        fmt::format("The model offers vectors of {} dimensions only.", fmt::join(offered, ", ")));
    error.parameter = "#/dimensions";
    throw error;
  }
  return static_cast<std::size_t>(*request.dimensions);
}

json::value written(const std::vector<float>& vector, bool base64) {
  if (!base64) return inference::to_json(vector);
  static_assert(std::endian::native == std::endian::little);
  return json::value(
      base64_encode({reinterpret_cast<const char*>(vector.data()), vector.size() * sizeof(float)}));
}

json::object rendered(const EmbeddingsRequest& request, inference::EmbeddingReply reply,
                      const inference::CatalogueModel& model) {
  json::array data;
  for (std::size_t i = 0; i < reply.vectors.size(); ++i) {
    const std::size_t length = length_of(request, model, reply.vectors[i].size());
    std::vector<float> vector = inference::with_dimensions(reply.vectors[i], length);
    inference::normalise(vector);
    data.push_back(
        {{"object", "embedding"}, {"index", i}, {"embedding", written(vector, request.base64)}});
  }
  json::object list;
  list["object"] = "list";
  list["data"] = std::move(data);
  list["model"] = request.model;
  list["usage"] = {{"prompt_tokens", reply.input_tokens}, {"total_tokens", reply.input_tokens}};
  return list;
}

}  // namespace

Task<> answer_embeddings(wire::Request& request, std::string, Context& context,
                         wire::ResponseWriter& writer) {
  EmbeddingsRequest asked = read_request(request.body);
  request.body = {};
  co_await authorization::authorize_model_call(context, "bedrock:InvokeModel", asked.model);
  inference::ResolvedModel resolved = co_await resolve_at_door(context, asked.model);
  if (inference::find_embedding_family(resolved.model->family) == nullptr) {
    ApiError error = errors::validation("The model that you provided makes no embeddings.");
    error.parameter = "#/model";
    throw error;
  }
  // Checked before the engine has worked.
  asked.input.dimensions = static_cast<std::int64_t>(length_of(asked, *resolved.model, 0));
  asked.input.tokens_max = resolved.model->embedding.text_tokens_max;
  reserve_quota(context, resolved, asked.input);
  inference::EmbeddingReply reply =
      co_await embed_at_door(openai_door(), resolved, std::move(asked.input));
  context.reservation.settle(reply.input_tokens, 0);
  context.measure.use.input_tokens = reply.input_tokens;
  const json::object list = rendered(asked, std::move(reply), *resolved.model);
  std::string body = json::serialize(list);
  co_await openai_door().send_json(std::move(body), context, writer);
}

}  // namespace bedplate::operations
