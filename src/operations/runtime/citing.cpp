#include "operations/runtime/citing.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/api_error.hpp"
#include "inference/citations/sentences.hpp"
#include "inference/families/family.hpp"

namespace bedplate::operations {
namespace {

using inference::DocumentBlock;
using inference::citations::CitationIndex;

/// Calls `visit` with every document of the request, in its order.
template <class Visit>
void each_document(const inference::GenerationRequest& request, Visit visit) {
  const auto* conversation = std::get_if<inference::Conversation>(&request.prompt);
  if (conversation == nullptr) return;
  for (const inference::Message& message : conversation->messages) {
    for (const inference::ContentBlock& block : message.content) {
      if (const auto* document = std::get_if<DocumentBlock>(&block)) visit(*document);
      const auto* result = std::get_if<inference::ToolResultBlock>(&block);
      if (result == nullptr) continue;
      for (const auto& part : result->content) {
        if (const auto* document = std::get_if<DocumentBlock>(&part)) visit(*document);
      }
    }
  }
}

}  // namespace

void check_citations(const inference::GenerationRequest& request, bool in_converse) {
  if (request.output_schema.empty()) return;
  bool asked = false;
  each_document(request, [&](const DocumentBlock& document) { asked |= document.citations; });
  if (!asked) return;
  throw errors::validation(
      std::string(in_converse ? inference::kModelErrorPrefix : std::string_view()) +
      "Citations cannot be used together with structured output. Turn one of them off.");
}

Task<std::optional<CitationIndex>> index_citable(const inference::GenerationRequest& request) {
  CitationIndex index;
  std::size_t number = 0;
  each_document(request, [&](const DocumentBlock& document) {
    if (document.citations) index.add(number, document);
    ++number;
  });
  if (index.empty()) co_return std::nullopt;
  const Executor executor = co_await boost::asio::this_coro::executor;
  while (index.read_some()) co_await boost::asio::post(executor, use_task);
  co_return index;
}

Task<> CitingSink::on_event(inference::GenerationEvent event) {
  if (!index_) return next_.on_event(std::move(event));
  return cite(std::move(event));
}

Task<> CitingSink::cite(inference::GenerationEvent event) {
  auto* delta = std::get_if<inference::TextDelta>(&event);
  if (delta == nullptr) {  // ends the text
    while (!held_.text.empty()) {
      co_await hand_on(inference::citations::first_sentence_bytes(
          held_.text, inference::citations::LineBreaks::kEndSentences, false));
    }
    co_await next_.on_event(std::move(event));
    co_return;
  }
  held_.text += delta->text;
  std::move(delta->tokens.begin(), delta->tokens.end(), std::back_inserter(held_.tokens));
  while (true) {
    const std::size_t bytes = inference::citations::first_sentence_bytes(
        held_.text, inference::citations::LineBreaks::kEndSentences, true);
    if (bytes == 0) break;
    co_await hand_on(bytes);
  }
}

/// The first `bytes` that are held, as one sentence.
Task<> CitingSink::hand_on(std::size_t bytes) {
  inference::TextDelta sentence;
  sentence.text = held_.text.substr(0, bytes);
  sentence.tokens = std::exchange(held_.tokens, {});
  sentence.citations = index_->find(sentence.text);
  held_.text.erase(0, bytes);
  inference::GenerationEvent event(std::move(sentence));
  co_await next_.on_event(std::move(event));
}

}  // namespace bedplate::operations
