// Cohere Rerank and Amazon Rerank through InvokeModel. Facts: Cohere's reference of /rerank, and
// public programs and reports (docs/embeddings.md).
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "inference/families/embedding_family.hpp"
#include "inference/families/embedding_parts.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::size_t kDocumentsMax = 1'000;
constexpr std::int64_t kApiVersionMax = 2;
constexpr std::int64_t kCountMax = 1'000'000;

struct Wish {
  RerankRequest request;
  std::size_t top_n = kDocumentsMax;
  bool with_documents = false;
};

class RerankWish final : public RerankBody {
 public:
  explicit RerankWish(Wish wish) : wish_(std::move(wish)) {}

  RerankRequest request() const override { return wish_.request; }

  json::object render(RerankReply reply) const override {
    std::vector<std::size_t> order(reply.scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return reply.scores[a] > reply.scores[b];
    });
    order.resize(std::min(order.size(), wish_.top_n));
    json::array results;
    for (const std::size_t index : order) {
      json::object result{{"index", index}};
      if (wish_.with_documents) result["document"] = {{"text", wish_.request.documents[index]}};
      result["relevance_score"] = reply.scores[index];
      results.push_back(std::move(result));
    }
    json::object body;
    body["results"] = std::move(results);
    return body;
  }

 private:
  Wish wish_;
};

/// The text of a document that is an object: the fields to rank by, one line each.
std::string text_of(const json::object& document, const std::vector<std::string>& fields,
                    const std::string& pointer, BodyViolations& violations) {
  std::string text;
  BodyReader reader(document, pointer, violations);
  for (const std::string& field : fields) {
    reader.require(field);
    if (const auto words = reader.string(field)) text += (text.empty() ? "" : "\n") + *words;
  }
  return text;
}

void read_documents(BodyReader& reader, const std::vector<std::string>& fields, Wish& wish) {
  reader.require("documents");
  const json::array* list = reader.array("documents");
  if (list == nullptr) return;
  BodyViolations& violations = reader.violations();
  if (list->empty() || list->size() > kDocumentsMax) {
    violations.add("#/documents", list->empty()
                                      ? "expected minimum item count: 1, found: 0"
                                      : fmt::format("expected maximum item count: {}, found: {}",
                                                    kDocumentsMax, list->size()));
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string pointer = fmt::format("#/documents/{}", i);
    const json::value& item = (*list)[i];
    if (const json::string* text = item.if_string()) {
      wish.request.documents.emplace_back(*text);
    } else if (const json::object* object = item.if_object()) {
      wish.request.documents.push_back(text_of(*object, fields, pointer, violations));
    } else {
      violations.add(pointer,
                     fmt::format("expected type: String, found: {}", json_type_name(item)));
    }
  }
}

void read_common(BodyReader& reader, const std::vector<std::string>& fields, Wish& wish) {
  reader.require("query");
  if (auto query = reader.string("query")) {
    if (query->empty()) reader.violations().add("#/query", "expected minLength: 1, actual: 0");
    wish.request.query = std::move(*query);
  }
  read_documents(reader, fields, wish);
  if (const auto count = reader.integer("top_n", 1, kCountMax)) {
    wish.top_n = static_cast<std::size_t>(*count);
  }
}

class AmazonRerank final : public RerankFamily {
 public:
  std::unique_ptr<RerankBody> parse(const json::object& body) const override {
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    Wish wish;
    read_common(reader, {"text"}, wish);
    reader.refuse_extraneous();
    violations.throw_if_any();
    return std::make_unique<RerankWish>(std::move(wish));
  }
};

class CohereRerank final : public RerankFamily {
 public:
  std::unique_ptr<RerankBody> parse(const json::object& body) const override {
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    Wish wish;
    reader.require("api_version");
    reader.integer("api_version", 1, kApiVersionMax);
    std::vector<std::string> fields = reader.strings("rank_fields", kDocumentsMax);
    if (fields.empty()) fields = {"text"};
    read_common(reader, fields, wish);
    wish.with_documents = reader.boolean("return_documents").value_or(false);
    const bool cuts = reader.integer("max_tokens_per_doc", 1, kCountMax).has_value() ||
                      reader.integer("max_chunks_per_doc", 1, kCountMax).has_value();
    reader.refuse_extraneous();
    violations.throw_all_if_any();
    if (cuts) {
      throw errors::validation(
          "max_tokens_per_doc and max_chunks_per_doc cannot be honoured by the engine that serves "
          "this model here. Leave them out.");
    }
    return std::make_unique<RerankWish>(std::move(wish));
  }
};

}  // namespace

const RerankFamily& amazon_rerank() {
  static const AmazonRerank family;
  return family;
}

const RerankFamily& cohere_rerank() {
  static const CohereRerank family;
  return family;
}

}  // namespace bedplate::inference
