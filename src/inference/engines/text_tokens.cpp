#include "inference/engines/text_tokens.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "inference/engines/engine_errors.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

Task<json::object> ask(wire::Client& client, OpenAiServer server, std::string path,
                       json::object question) {
  ServerAnswer answer =
      co_await ask_server(client, server, "POST", std::move(path), json::serialize(question));
  if (answer.status != 200) throw error_from_response(answer.status, answer.body);
  boost::system::error_code malformed;
  json::value value = json::parse(answer.body, malformed);
  if (malformed || !value.is_object()) {
    throw EngineError(EngineError::Kind::kFailed, "The engine's answer is no JSON object.");
  }
  co_return std::move(value.as_object());
}

}  // namespace

bool shows_tokens(Dialect dialect) {
  return dialect == Dialect::kLlamaCpp || dialect == Dialect::kVllm;
}

Task<Tokens> tokens_of(wire::Client& client, OpenAiServer server, std::string text, bool marks) {
  json::object question;
  if (server.traits.dialect == Dialect::kVllm) {
    question = {{"prompt", std::move(text)}, {"add_special_tokens", marks}};
    if (!server.model.empty()) question["model"] = server.model;
  } else {
    question = {{"content", std::move(text)}, {"add_special", marks}, {"parse_special", true}};
  }
  const json::object answer =
      co_await ask(client, std::move(server), "/tokenize", std::move(question));
  const json::value* list = answer.if_contains("tokens");
  if (list == nullptr || !list->is_array()) {
    throw EngineError(EngineError::Kind::kFailed, "The engine did not tell the tokens of a text.");
  }
  Tokens tokens;
  tokens.reserve(list->get_array().size());
  for (const json::value& token : list->get_array()) {
    boost::system::error_code no_number;
    tokens.push_back(token.is_number() ? token.to_number<std::int64_t>(no_number) : -1);
    if (tokens.back() < 0) {
      throw EngineError(EngineError::Kind::kFailed, "The engine's tokens are no numbers.");
    }
  }
  co_return tokens;
}

Task<std::string> text_of(wire::Client& client, OpenAiServer server, Tokens tokens) {
  json::object question;
  question["tokens"] = json::array(tokens.begin(), tokens.end());
  const json::object answer =
      co_await ask(client, std::move(server), "/detokenize", std::move(question));
  const json::value* text = answer.if_contains("content");
  if (text == nullptr || !text->is_string()) {
    throw EngineError(EngineError::Kind::kFailed, "The engine did not tell the text of tokens.");
  }
  co_return std::string(text->get_string());
}

Task<TokenMarks> marks_of(wire::Client& client, OpenAiServer server) {
  const Tokens bare = co_await tokens_of(client, server, "a", false);
  const Tokens marked = co_await tokens_of(client, server, "a", true);
  const auto at = std::search(marked.begin(), marked.end(), bare.begin(), bare.end());
  TokenMarks marks;
  marks.before = static_cast<std::size_t>(at - marked.begin());
  marks.behind = marked.size() - std::min(marked.size(), marks.before + bare.size());
  co_return marks;
}

Tokens shortened(const Tokens& tokens, std::size_t tokens_max, TokenMarks marks, LongText how) {
  if (tokens.size() <= tokens_max) return tokens;
  const auto surplus = static_cast<std::ptrdiff_t>(
      std::min(tokens.size() - tokens_max, tokens.size() - marks.before - marks.behind));
  Tokens kept = tokens;
  const auto inside = kept.begin() + static_cast<std::ptrdiff_t>(marks.before);
  const auto behind = kept.end() - static_cast<std::ptrdiff_t>(marks.behind);
  if (how == LongText::kDropStart) {
    kept.erase(inside, inside + surplus);
  } else {
    kept.erase(behind - surplus, behind);
  }
  return kept;
}

Task<ShortText> shortened_text(wire::Client& client, OpenAiServer server, std::string text,
                               std::int64_t tokens_max, LongText how) {
  std::vector<std::size_t> borders;  // between characters, and both ends
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) borders.push_back(i);
  }
  borders.push_back(text.size());
  const auto part = [&](std::size_t characters) {
    if (how != LongText::kDropStart) return text.substr(0, borders[characters]);
    return text.substr(borders[borders.size() - 1 - characters]);
  };
  // The more characters, the more tokens, so that halving finds the border.
  std::size_t fits = 0;
  std::size_t does_not = borders.size() - 1;
  while (does_not - fits > 1) {
    const std::size_t middle = fits + (does_not - fits) / 2;
    const Tokens tokens = co_await tokens_of(client, server, part(middle), true);
    (static_cast<std::int64_t>(tokens.size()) <= tokens_max ? fits : does_not) = middle;
  }
  ShortText kept;
  kept.text = part(fits);
  kept.characters = static_cast<std::int64_t>(fits);
  co_return kept;
}

std::vector<Tokens> windows_of(const Tokens& tokens, std::size_t window_tokens, TokenMarks marks) {
  const std::size_t around = marks.before + marks.behind;
  if (tokens.size() <= window_tokens || window_tokens <= around) return {tokens};
  const std::size_t inside = tokens.size() - around;
  const std::size_t room = window_tokens - around;
  const std::size_t count = (inside + room - 1) / room;
  std::vector<Tokens> windows;
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = [&](std::size_t position) {
      return tokens.begin() + static_cast<std::ptrdiff_t>(marks.before + position);
    };
    Tokens window(tokens.begin(), at(0));
    window.insert(window.end(), at(inside * i / count), at(inside * (i + 1) / count));
    window.insert(window.end(), at(inside), tokens.end());
    windows.push_back(std::move(window));
  }
  return windows;
}

}  // namespace bedplate::inference
