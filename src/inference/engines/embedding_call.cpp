#include "inference/engines/embedding_call.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "inference/engines/engine_errors.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

/// Bounds an answer's size, and how long a server works for a client that has gone.
constexpr std::size_t kInputsPerRequestMax = 32;
/// What weights put around a text is at most so many tokens.
constexpr std::int64_t kMarksMax = 4;

EngineError too_long(std::size_t tokens, std::int64_t tokens_max) {
  EngineError error(EngineError::Kind::kContextOverflow, "A text is too long to be embedded.");
  error.http_status = 400;
  error.prompt_tokens = static_cast<std::int64_t>(tokens);
  error.context_tokens = tokens_max;
  return error;
}

EngineError broken(const char* what) {
  return EngineError(EngineError::Kind::kFailed, what);
}

EngineError refusal(const ServerAnswer& answer) {
  if (answer.status == 501) {
    EngineError error(EngineError::Kind::kInvalidRequest,
                      "The weights that serve this model do not embed.");
    error.http_status = answer.status;
    return error;
  }
  return error_from_response(answer.status, answer.body);
}

}  // namespace

Task<> EmbeddingCall::run(wire::Client& client, OpenAiServer server) {
  inputs_.clear();
  parts_.clear();
  marks_.reset();
  weights_.assign(request_.texts.size(), 0);
  reply_ = {};
  reply_.vectors.resize(request_.texts.size());
  reply_.cut_at_characters.resize(request_.texts.size());
  for (std::size_t i = 0; i < request_.texts.size(); ++i) {
    co_await divide(client, server, i);
  }
  for (std::size_t i = 0; i < inputs_.size();) {
    const std::size_t count = alike_from(i);
    co_await embed_some(client, server, i, count);
    i += count;
  }
  for (std::size_t i = 0; i < reply_.vectors.size(); ++i) {
    for (float& value : reply_.vectors[i]) value = static_cast<float>(value / weights_[i]);
  }
}

/// How many inputs go into one request: texts and tokens do not mix, vLLM would refuse that.
std::size_t EmbeddingCall::alike_from(std::size_t first) const {
  std::size_t count = 1;
  while (count < kInputsPerRequestMax && first + count < inputs_.size() &&
         inputs_[first + count].is_string() == inputs_[first].is_string()) {
    ++count;
  }
  return count;
}

/// Adds the inputs that a text becomes.
Task<> EmbeddingCall::divide(wire::Client& client, OpenAiServer server, std::size_t text) {
  const std::string& whole = request_.texts[text];
  const std::int64_t window = server.traits.context_tokens;
  std::int64_t unquestioned = request_.tokens_max;
  if (window > 0 && (unquestioned == 0 || window < unquestioned)) unquestioned = window;
  // No token is made of less than one byte.
  const bool is_short = static_cast<std::int64_t>(whole.size()) + kMarksMax <= unquestioned;
  if (is_short || unquestioned == 0 || !shows_tokens(server.traits.dialect)) {
    inputs_.emplace_back(whole);
    parts_.push_back({text, 1});
    co_return;
  }
  Tokens tokens = co_await tokens_of(client, server, whole, true);
  const auto count = static_cast<std::int64_t>(tokens.size());
  const bool over = request_.tokens_max > 0 && count > request_.tokens_max;
  if (over && request_.long_text == LongText::kRefuse) {
    throw too_long(tokens.size(), request_.tokens_max);
  }
  if (!marks_ && (over || count > window)) marks_ = co_await marks_of(client, server);
  if (over && request_.cut_at_characters) {
    const ShortText kept =
        co_await shortened_text(client, server, whole, request_.tokens_max, request_.long_text);
    tokens = co_await tokens_of(client, server, kept.text, true);
    reply_.cut_at_characters[text] = kept.characters;
  } else if (over) {
    tokens = shortened(tokens, static_cast<std::size_t>(request_.tokens_max), *marks_,
                       request_.long_text);
  }
  add_windows(text, tokens, window > 0 ? static_cast<std::size_t>(window) : tokens.size());
}

void EmbeddingCall::add_windows(std::size_t text, const Tokens& tokens, std::size_t window_tokens) {
  const TokenMarks marks = marks_.value_or(TokenMarks());
  const auto around = static_cast<std::int64_t>(marks.before + marks.behind);
  std::size_t count = 0;
  for (const Tokens& window : windows_of(tokens, window_tokens, marks)) {
    const auto inside = static_cast<std::int64_t>(window.size()) - around;
    inputs_.emplace_back(json::array(window.begin(), window.end()));
    parts_.push_back({text, static_cast<double>(std::max<std::int64_t>(1, inside))});
    ++count;
  }
  // The server counts the marks of every window, but the text has them once.
  reply_.input_tokens -= around * static_cast<std::int64_t>(count - 1);
}

Task<> EmbeddingCall::embed_some(wire::Client& client, OpenAiServer server, std::size_t first,
                                 std::size_t count) {
  json::array inputs;
  for (std::size_t i = first; i < first + count; ++i) inputs.push_back(std::move(inputs_[i]));
  json::object question{{"input", std::move(inputs)}, {"encoding_format", "float"}};
  if (!server.model.empty()) question["model"] = server.model;
  // As the weights pool it: whether it is normalised is the model family's affair.
  if (server.traits.dialect == Dialect::kLlamaCpp) question["embd_normalize"] = -1;
  ServerAnswer answer = co_await ask_server(client, std::move(server), "POST", "/v1/embeddings",
                                            json::serialize(question));
  if (answer.status != 200) throw refusal(answer);
  boost::system::error_code malformed;
  const json::value value = json::parse(answer.body, malformed);
  if (malformed || !value.is_object()) throw broken("The engine's embeddings are no JSON object.");
  add_answer(value.get_object(), first, count);
}

void EmbeddingCall::add_answer(const json::object& answer, std::size_t first, std::size_t count) {
  const json::value* data = answer.if_contains("data");
  if (data == nullptr || !data->is_array() || data->get_array().size() != count) {
    throw broken("The engine sent another number of embeddings than it was asked for.");
  }
  std::vector<bool> seen(count);
  for (std::size_t i = 0; i < count; ++i) {
    const json::object* item = data->get_array()[i].if_object();
    const json::value* index = item != nullptr ? item->if_contains("index") : nullptr;
    const json::value* numbers = item != nullptr ? item->if_contains("embedding") : nullptr;
    const auto at = static_cast<std::size_t>(
        index != nullptr && index->is_int64() ? index->get_int64() : static_cast<std::int64_t>(i));
    if (numbers == nullptr || at >= count || seen[at]) {
      throw broken("The engine's embeddings cannot be told apart.");
    }
    seen[at] = true;
    add_vector(*numbers, parts_[first + at]);
  }
  boost::system::error_code missing;
  const json::value root(answer);
  const json::value* tokens = root.find_pointer("/usage/prompt_tokens", missing);
  if (tokens != nullptr && tokens->is_int64()) reply_.input_tokens += tokens->get_int64();
}

void EmbeddingCall::add_vector(const json::value& numbers, const Part& part) {
  const json::array* list = numbers.if_array();
  std::vector<float>& vector = reply_.vectors[part.text];
  if (vector.empty() && list != nullptr) vector.resize(list->size());
  if (list == nullptr || list->empty() || list->size() != vector.size()) {
    throw broken("The engine's embeddings are of different lengths.");
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const json::value& number = (*list)[i];
    if (!number.is_number()) throw broken("The engine's embeddings are no numbers.");
    vector[i] += static_cast<float>(part.weight * number.to_number<double>());
  }
  weights_[part.text] += part.weight;
}

}  // namespace bedplate::inference
