#include "inference/engines/prompt_scoring.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace bedplate::inference {
namespace {

namespace json = boost::json;

/// The members of an answer, or none when it is not 200 with a JSON object.
Task<json::object> ask(wire::Client& client, OpenAiServer server, std::string path,
                       std::string body) {
  const ServerAnswer answer =
      co_await ask_server(client, std::move(server), "POST", std::move(path), std::move(body));
  boost::system::error_code malformed;
  json::value value = json::parse(answer.body, malformed);
  if (answer.status != 200 || malformed || !value.is_object()) co_return json::object();
  co_return std::move(value.as_object());
}

struct PromptTokens {
  std::vector<std::int64_t> ids;
  std::vector<std::string> pieces;
};

/// A token's text, or its bytes where they are no text.
std::string piece_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  std::string bytes;
  if (const json::array* list = value.if_array()) {
    for (const json::value& byte : *list) {
      if (byte.is_int64()) bytes += static_cast<char>(byte.get_int64());
    }
  }
  return bytes;
}

PromptTokens read_tokens(const json::object& answer) {
  PromptTokens tokens;
  const json::value* list = answer.if_contains("tokens");
  if (list == nullptr || !list->is_array()) return tokens;
  for (const json::value& item : list->get_array()) {
    const json::object* token = item.if_object();
    const json::value* id = token ? token->if_contains("id") : nullptr;
    const json::value* piece = token ? token->if_contains("piece") : nullptr;
    if (id == nullptr || !id->is_int64() || piece == nullptr) return {};
    tokens.ids.push_back(id->get_int64());
    tokens.pieces.push_back(piece_of(*piece));
  }
  return tokens;
}

/// Has the server say the tokens of `range` behind those before them.
std::string repeating_body(const PromptTokens& tokens, TokenRange range) {
  const auto at = [&](std::size_t i) {
    return tokens.ids.begin() + static_cast<std::ptrdiff_t>(i);
  };
  std::string grammar = "root ::=";
  for (auto id = at(range.begin); id != at(range.end); ++id) grammar += fmt::format(" <[{}]>", *id);
  json::object body;
  body["prompt"] = json::array(at(0), at(range.begin));
  body["n_predict"] = range.end - range.begin;
  body["grammar"] = std::move(grammar);
  body["temperature"] = 0;
  body["n_probs"] = 1;
  body["post_sampling_probs"] = false;
  body["cache_prompt"] = true;
  return json::serialize(body);
}

std::vector<TokenProbability> read_probabilities(const json::object& answer,
                                                 const PromptTokens& tokens, TokenRange range) {
  const json::value* list = answer.if_contains("completion_probabilities");
  const std::size_t count = range.end - range.begin;
  if (list == nullptr || !list->is_array() || list->get_array().size() != count) return {};
  std::vector<TokenProbability> scored;
  for (std::size_t i = 0; i < count; ++i) {
    const json::object* token = list->get_array()[i].if_object();
    const json::value* id = token ? token->if_contains("id") : nullptr;
    const json::value* probability = token ? token->if_contains("logprob") : nullptr;
    const bool same = id != nullptr && id->is_int64() &&
                      id->get_int64() == tokens.ids[range.begin + i] && probability != nullptr &&
                      probability->is_number();
    if (!same) return {};
    scored.push_back({tokens.pieces[range.begin + i], probability->to_number<double>()});
  }
  return scored;
}

}  // namespace

TokenRange tokens_of_text(const std::vector<std::string>& pieces, std::string_view text) {
  std::string prompt;
  for (const std::string& piece : pieces) prompt += piece;
  const std::size_t at = text.empty() ? prompt.npos : prompt.rfind(text);
  if (at == prompt.npos) return {};
  TokenRange range;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::size_t end = begin + pieces[i].size();
    if (end <= at) range.begin = i + 1;
    if (begin < at + text.size()) range.end = i + 1;
    begin = end;
  }
  return range;
}

Task<std::vector<TokenProbability>> score_prompt(wire::Client& client, OpenAiServer server,
                                                 PromptScoring scoring) {
  const std::vector<TokenProbability> none;
  const json::object filled =
      co_await ask(client, server, "/apply-template", std::move(scoring.template_body));
  const json::value* prompt = filled.if_contains("prompt");
  if (prompt == nullptr || !prompt->is_string()) co_return none;
  json::object question;
  question["content"] = *prompt;
  for (const char* wanted : {"add_special", "parse_special", "with_pieces"})
    question[wanted] = true;
  std::string body = json::serialize(question);
  const json::object told = co_await ask(client, server, "/tokenize", std::move(body));
  const PromptTokens tokens = read_tokens(told);
  const TokenRange range = tokens_of_text(tokens.pieces, scoring.text);
  // The first token of all follows nothing, so that it has no probability.
  if (range.begin == 0 || range.end - range.begin > kScoredTokensMax) co_return none;
  body = repeating_body(tokens, range);
  const json::object said = co_await ask(client, server, "/completion", std::move(body));
  co_return read_probabilities(said, tokens, range);
}

}  // namespace bedplate::inference
