// The model's thinking on its way to the client and back.
#pragma once

#include <string>

#include "inference/conversation.hpp"
#include "inference/model_catalogue.hpp"
#include "inference/reasoning_signer.hpp"

namespace bedplate::operations {

/// Hands events on. Signs each block of a Claude model's thinking where it ends, around the
/// engine's own signature if there is one (recorded: other models sign none); drops all thinking
/// when it was not asked for, as weights think whether or not they are told to. Where there was
/// none, its tokens are known to be none.
class ReasoningSink final : public inference::GenerationSink {
 public:
  ReasoningSink(inference::GenerationSink& next, const inference::ReasoningSigner& signer,
                bool wanted, const inference::CatalogueModel& model)
      : next_(next), signer_(signer), wanted_(wanted), signs_(model.provider == "Anthropic") {}

  Task<> on_event(inference::GenerationEvent event) override;

 private:
  Task<> end_block_before(inference::GenerationEvent event);

  inference::GenerationSink& next_;
  const inference::ReasoningSigner& signer_;
  const bool wanted_;
  const bool signs_;
  std::string thinking_;  ///< of the block under way
  bool thought_ = false;
};

/// Throws ValidationException, in Anthropic's words, when thinking that came back is not what this
/// server signed. Unsigned thinking is for other models, which sign none.
void check_reasoning(const inference::GenerationRequest& request,
                     const inference::ReasoningSigner& signer, bool in_converse);

}  // namespace bedplate::operations
