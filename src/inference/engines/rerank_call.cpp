#include "inference/engines/rerank_call.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "inference/engines/engine_errors.hpp"
#include "inference/engines/text_tokens.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

/// Marks around and between the query and a document, at most.
constexpr std::int64_t kMarksMax = 8;

EngineError broken() {
  return EngineError(EngineError::Kind::kFailed, "The engine's ranking makes no sense.");
}

bool has_no_reranker(int status) {
  return status == 404 || status == 405 || status == 501;
}

}  // namespace

void make_probabilities(std::vector<double>& scores, Dialect dialect) {
  const bool are_already = dialect != Dialect::kLlamaCpp &&
                           std::all_of(scores.begin(), scores.end(),
                                       [](double score) { return score >= 0 && score <= 1; });
  if (are_already) return;
  for (double& score : scores) score = 1 / (1 + std::exp(-score));
}

/// The query and a document are read together: of one that is too long, the end is left out.
Task<std::string> RerankCall::document_that_fits(wire::Client& client, OpenAiServer server,
                                                 std::string document) {
  const std::int64_t window = server.traits.context_tokens;
  const auto bytes = static_cast<std::int64_t>(document.size() + request_.query.size());
  const bool can_tell = server.traits.dialect == Dialect::kLlamaCpp && window > 0;
  if (!can_tell || bytes + kMarksMax <= window) co_return document;
  const Tokens query = co_await tokens_of(client, server, request_.query, false);
  Tokens tokens = co_await tokens_of(client, server, document, false);
  const std::int64_t room = window - kMarksMax - static_cast<std::int64_t>(query.size());
  if (static_cast<std::int64_t>(tokens.size()) <= room) co_return document;
  if (room <= 0) {
    EngineError error(EngineError::Kind::kContextOverflow, "The query is too long.");
    error.http_status = 400;
    error.prompt_tokens = static_cast<std::int64_t>(query.size());
    error.context_tokens = window;
    throw error;
  }
  tokens.resize(static_cast<std::size_t>(room));
  co_return co_await text_of(client, std::move(server), std::move(tokens));
}

Task<> RerankCall::run(wire::Client& client, OpenAiServer server) {
  answered_ = false;
  json::array documents;
  for (const std::string& document : request_.documents) {
    std::string fitting = co_await document_that_fits(client, server, document);
    documents.emplace_back(std::move(fitting));
  }
  json::object question{{"query", request_.query}, {"documents", std::move(documents)}};
  if (!server.model.empty()) question["model"] = server.model;
  const Dialect dialect = server.traits.dialect;
  ServerAnswer answer = co_await ask_server(client, std::move(server), "POST", "/v1/rerank",
                                            json::serialize(question));
  if (has_no_reranker(answer.status)) co_return;
  if (answer.status != 200) throw error_from_response(answer.status, answer.body);
  read(answer, dialect);
  answered_ = true;
}

void RerankCall::read(const ServerAnswer& answer, Dialect dialect) {
  boost::system::error_code malformed;
  const json::value value = json::parse(answer.body, malformed);
  const json::value* results =
      !malformed && value.is_object() ? value.get_object().if_contains("results") : nullptr;
  const std::size_t count = request_.documents.size();
  if (results == nullptr || !results->is_array() || results->get_array().size() != count) {
    throw broken();
  }
  reply_ = {};
  reply_.scores.resize(count);
  std::vector<bool> seen(count);
  for (const json::value& result : results->get_array()) {
    const json::object* item = result.if_object();
    const json::value* index = item != nullptr ? item->if_contains("index") : nullptr;
    const json::value* score = item != nullptr ? item->if_contains("relevance_score") : nullptr;
    if (index == nullptr || !index->is_int64() || score == nullptr || !score->is_number()) {
      throw broken();
    }
    const auto at = static_cast<std::size_t>(index->get_int64());
    if (at >= count || seen[at]) throw broken();
    seen[at] = true;
    reply_.scores[at] = score->to_number<double>();
  }
  make_probabilities(reply_.scores, dialect);
  for (const char* where : {"/usage/prompt_tokens", "/usage/total_tokens"}) {
    boost::system::error_code missing;
    const json::value* tokens = value.find_pointer(where, missing);
    if (tokens == nullptr || !tokens->is_int64()) continue;
    reply_.input_tokens = tokens->get_int64();
    break;
  }
}

}  // namespace bedplate::inference
