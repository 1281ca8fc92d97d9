// Finds the passages of a request's documents that a sentence of the reply rests on
// (docs/citations.md). Knows words only: no engine, no network, no JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "inference/citations/support.hpp"
#include "inference/conversation.hpp"

namespace bedplate::inference::citations {

/// Text that is searched, of all documents together; what is beyond is never cited.
inline constexpr std::size_t kIndexedBytesMax = 8u << 20;
/// Sources of one sentence, at most; each of another document.
inline constexpr std::size_t kCitationsPerSentenceMax = 3;

class CitationIndex {
 public:
  /// Copies the text of the document at `index` of the request. Call before read_some().
  void add(std::size_t index, const DocumentBlock& document);

  bool empty() const { return documents_.empty(); }

  /// Reads some 256 KiB of the documents, a few milliseconds of work. False when all is read.
  bool read_some();

  /// The passages that support `sentence`, the best first; mostly none or one. Needs all to be
  /// read. Takes less than a millisecond for an ordinary sentence.
  std::vector<Citation> find(std::string_view sentence) const;

 private:
  struct Document {
    std::size_t index = 0;
    std::string title;
    DocumentBlock::Unit unit = DocumentBlock::Unit::kCharacters;
    bool lines = false;                   ///< a table: each line is a sentence
    std::string text;                     ///< the parts, joined
    std::vector<std::size_t> part_begin;  ///< in `text`; one more for the end
    std::size_t read_bytes = 0;
    std::size_t read_characters = 0;
  };

  /// One sentence of a document, without the white space around it.
  struct Sentence {
    std::uint32_t document = 0;  ///< in documents_
    std::uint32_t part = 0;
    std::uint32_t begin = 0;  ///< bytes in the document's text
    std::uint32_t end = 0;
    std::uint32_t character = 0;  ///< that `begin` is
  };

  /// Where words stand, of one piece of reading: key in the upper half, sentence in the lower;
  /// sorted.
  using Postings = std::vector<std::uint64_t>;

  /// Sentences in a row, both included.
  struct Passage {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };

  struct Found {
    Passage passage;
    Support support;
  };

  void read_sentence(Document& document, std::uint32_t number, Postings& postings);
  std::vector<std::uint32_t> candidates(const Question& question) const;
  std::string_view text_of(Passage passage) const;
  bool together(std::uint32_t one, std::uint32_t other) const;
  Found grow(const Question& question, std::uint32_t sentence) const;
  Citation cite(Passage passage) const;

  std::vector<Document> documents_;
  std::vector<Sentence> sentences_;
  std::vector<Postings> postings_;
  std::size_t bytes_ = 0;  ///< taken in
};

}  // namespace bedplate::inference::citations
