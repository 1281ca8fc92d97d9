// An embedding request in the words of OpenAI's protocol (/v1/embeddings) and its dialects.
#pragma once

#include <boost/json/array.hpp>
#include <vector>

#include "inference/embedding.hpp"
#include "inference/engines/server_call.hpp"
#include "inference/engines/text_tokens.hpp"

namespace bedplate::inference {

class EmbeddingCall final : public ServerCall {
 public:
  explicit EmbeddingCall(EmbeddingRequest request) : request_(std::move(request)) {}

  Task<> run(wire::Client& client, OpenAiServer server) override;

  /// Once run() has ended well.
  EmbeddingReply take_reply() { return std::move(reply_); }

 private:
  /// What one input of a request is a part of.
  struct Part {
    std::size_t text = 0;  ///< index
    double weight = 1;     ///< its share in the text's vector
  };

  Task<> divide(wire::Client& client, OpenAiServer server, std::size_t text);
  void add_windows(std::size_t text, const Tokens& tokens, std::size_t window_tokens);
  std::size_t alike_from(std::size_t first) const;
  Task<> embed_some(wire::Client& client, OpenAiServer server, std::size_t first,
                    std::size_t count);
  void add_answer(const boost::json::object& answer, std::size_t first, std::size_t count);
  void add_vector(const boost::json::value& numbers, const Part& part);

  const EmbeddingRequest request_;
  std::optional<TokenMarks> marks_;
  boost::json::array inputs_;  ///< texts, or tokens of those that had to be looked at
  std::vector<Part> parts_;    ///< one for each input
  std::vector<double> weights_;
  EmbeddingReply reply_;
};

}  // namespace bedplate::inference
