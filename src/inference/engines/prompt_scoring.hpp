// How likely a prompt's own tokens are to the weights. llama-server has no request for it, but its
// grammars can name tokens: it is asked to say the prompt again, token by token, behind what stands
// before it, and to tell the probability of each (build 11669; checked against a bias for each
// token alone, which gives the same numbers).
#pragma once

#include <string>
#include <vector>

#include "inference/engines/openai_server.hpp"

namespace bedplate::inference {

/// A longer text is left unscored: each of its tokens costs as much as one of a reply.
inline constexpr std::size_t kScoredTokensMax = 1'024;

/// The tokens of `scoring.text` as it stands in the prompt, with their log-probabilities. Empty
/// when the server cannot tell: another server; a text that the template changes, or that is too
/// long; a character of several tokens, of which llama-server tells only the last. Throws
/// wire::ClientError.
Task<std::vector<TokenProbability>> score_prompt(wire::Client& client, OpenAiServer server,
                                                 PromptScoring scoring);

/// Which of the tokens, as their texts, a text consists of: the last place where it stands. Tokens
/// that hold only part of it count. Empty when it stands nowhere.
struct TokenRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};
TokenRange tokens_of_text(const std::vector<std::string>& pieces, std::string_view text);

}  // namespace bedplate::inference
