// Citations on their way to the client: which sentences of a reply rest on the request's documents
// (docs/citations.md).
#pragma once

#include <optional>
#include <string>

#include "inference/citations/citation_index.hpp"
#include "inference/conversation.hpp"

namespace bedplate::operations {

/// Throws ValidationException when a reply shall have citations and fit a schema, which Anthropic's
/// models refuse, too: citations cut the text in blocks.
void check_citations(const inference::GenerationRequest& request, bool in_converse);

/// The documents of a request that may be cited, read; nothing when there are none. Documents in
/// the results of tools count and are cited like the others. Lets other work of the thread run in
/// between. Call when the documents' texts are there; `request` must stay until the task has ended.
Task<std::optional<inference::citations::CitationIndex>> index_citable(
    const inference::GenerationRequest& request);

/// Hands events on. Holds text back to the end of its sentence, at most
/// citations::kSentenceBytesMax and what came last, and hands a sentence that has a source on as a
/// block of its own.
class CitingSink final : public inference::GenerationSink {
 public:
  /// Without an index nothing is held back.
  CitingSink(inference::GenerationSink& next,
             std::optional<inference::citations::CitationIndex> index)
      : next_(next), index_(std::move(index)) {}

  Task<> on_event(inference::GenerationEvent event) override;

 private:
  Task<> cite(inference::GenerationEvent event);
  Task<> hand_on(std::size_t bytes);

  inference::GenerationSink& next_;
  const std::optional<inference::citations::CitationIndex> index_;
  inference::TextDelta held_;
};

}  // namespace bedplate::operations
