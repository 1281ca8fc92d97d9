// Whether a passage supports a sentence: what both have in common, and when that is enough.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "inference/citations/words.hpp"

namespace bedplate::inference::citations {

inline constexpr std::size_t kSharedWordsMin = 2;

/// A sentence of the reply, taken apart.
struct Question {
  struct Term {
    std::uint32_t key = 0;
    double weight = 1;
    bool number = false;
    bool name = false;
  };

  explicit Question(std::string_view sentence);

  std::vector<Word> words;  ///< the first few hundred
  std::vector<Term> terms;  ///< the telling words, each once
  double weight = 0;        ///< of all terms
  bool negates = false;

 private:
  void add(const Word& word, bool opens);
};

/// What a passage has of a question.
struct Support {
  double shared_weight = 0;
  double coverage = 0;  ///< shared of all weight
  std::size_t shared_words = 0;
  std::size_t run_words = 0;    ///< longest run of words that both have
  std::size_t run_telling = 0;  ///< of them, neither stop words nor negations
  bool names = true;            ///< it has all of them
  bool contradicts = false;     ///< a number or the negation is missing

  /// The rule of docs/citations.md, "How a source is found".
  bool enough() const;
  /// For an order: how much of the question is there, and how literally.
  double closeness(const Question& question) const;
};

Support weigh(const Question& question, std::string_view passage);

}  // namespace bedplate::inference::citations
