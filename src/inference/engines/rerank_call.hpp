// A rerank request as llama-server, vLLM and SGLang take it (/v1/rerank).
#pragma once

#include "inference/embedding.hpp"
#include "inference/engines/server_call.hpp"

namespace bedplate::inference {

class RerankCall final : public ServerCall {
 public:
  explicit RerankCall(RerankRequest request) : request_(std::move(request)) {}

  Task<> run(wire::Client& client, OpenAiServer server) override;

  /// Once run() has ended well: false when the server has no reranker.
  bool answered() const { return answered_; }
  RerankReply take_reply() { return std::move(reply_); }

 private:
  Task<std::string> document_that_fits(wire::Client& client, OpenAiServer server,
                                       std::string document);
  void read(const ServerAnswer& answer, Dialect dialect);

  const RerankRequest request_;
  bool answered_ = false;
  RerankReply reply_;
};

/// Scores between 0 and 1: a reranker's raw scores are logits, whose sigmoid is the probability
/// of relevance. llama-server sends such; a server whose scores are all from 0 to 1 did it itself.
void make_probabilities(std::vector<double>& scores, Dialect dialect);

}  // namespace bedplate::inference
