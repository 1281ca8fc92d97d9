// Texts as tokens of a server's weights: counted, cut and divided there, never guessed here.
#pragma once

#include <boost/json/array.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "inference/embedding.hpp"
#include "inference/engines/openai_server.hpp"

namespace bedplate::inference {

using Tokens = std::vector<std::int64_t>;

/// Whether a server of that dialect shows the tokens of a text.
bool shows_tokens(Dialect dialect);

/// The tokens of a text, with the weights' marks around them when `marks`. Throws
/// wire::ClientError, and EngineError when the server does not tell.
Task<Tokens> tokens_of(wire::Client& client, OpenAiServer server, std::string text, bool marks);

/// llama-server only: the text that tokens stand for. Throws as tokens_of().
Task<std::string> text_of(wire::Client& client, OpenAiServer server, Tokens tokens);

/// How many marks the weights put before and behind a text: [CLS] and [SEP], for example.
struct TokenMarks {
  std::size_t before = 0;
  std::size_t behind = 0;
};
Task<TokenMarks> marks_of(wire::Client& client, OpenAiServer server);

/// Shortens `tokens` (with marks) to `tokens_max` by dropping from between the marks.
Tokens shortened(const Tokens& tokens, std::size_t tokens_max, TokenMarks marks, LongText how);

/// The longest beginning of a text, or with kDropStart the longest end, that has no more than
/// `tokens_max` tokens with its marks, and how many characters it has. Throws as tokens_of().
struct ShortText {
  std::string text;
  std::int64_t characters = 0;
};
Task<ShortText> shortened_text(wire::Client& client, OpenAiServer server, std::string text,
                               std::int64_t tokens_max, LongText how);

/// Divides `tokens` (with marks) into as few windows of at most `window_tokens` as there must be,
/// of nearly equal length, each with the marks around it.
std::vector<Tokens> windows_of(const Tokens& tokens, std::size_t window_tokens, TokenMarks marks);

}  // namespace bedplate::inference
