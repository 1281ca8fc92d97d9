#include "inference/citations/support.hpp"

#include <algorithm>

namespace bedplate::inference::citations {
namespace {

constexpr std::size_t kWordsMax = 300;  ///< of a sentence of the reply

// What a passage must have of a sentence.
constexpr double kCoverageMin = 0.6;
constexpr double kCoverageWithoutNameMin = 0.8;
constexpr double kCoverageOfQuoteMin = 0.4;
constexpr double kSharedWeightMin = 3;
constexpr std::size_t kRunWordsMin = 4;
constexpr std::size_t kQuoteTellingWordsMin = 4;

constexpr double kNumberWeight = 3;
constexpr double kNameWeight = 2;

/// "2." or "2)" before an item of a list is no number of the sentence.
bool numbers_an_item(std::string_view text, const Word& word) {
  if (word.kind != WordKind::kNumber || word.end >= text.size()) return false;
  return (text[word.end] == '.' || text[word.end] == ')') &&
         text.substr(0, word.begin).find_first_not_of(" \t\n*_(") == std::string_view::npos;
}

/// Finds the longest run of words that both have.
void find_run(const std::vector<Word>& asked, const std::vector<Word>& there, Support& support) {
  struct Run {
    std::size_t words = 0;
    std::size_t telling = 0;
  };
  std::vector<Run> row(there.size() + 1);
  for (const Word& word : asked) {
    for (std::size_t i = there.size(); i > 0; --i) {  // row[i - 1] is still the previous word's
      const bool same = there[i - 1].key == word.key;
      row[i] =
          same ? Run{row[i - 1].words + 1, row[i - 1].telling + (word.tells() ? 1 : 0)} : Run{};
      if (row[i].words <= support.run_words) continue;
      support.run_words = row[i].words;
      support.run_telling = row[i].telling;
    }
  }
}

}  // namespace

Question::Question(std::string_view sentence) {
  WordReader reader(sentence);
  while (words.size() < kWordsMax) {
    const auto word = reader.next();
    if (!word) break;
    if (words.empty() && numbers_an_item(sentence, *word)) continue;
    words.push_back(*word);
    negates = negates || word->kind == WordKind::kNegation;
    if (word->tells()) add(*word, words.size() == 1);
  }
}

/// The word that opens a sentence has a capital anyway, so it weighs no more; but it is so often
/// the subject that it may be missing as little as a name.
void Question::add(const Word& word, bool opens) {
  const bool known = std::any_of(terms.begin(), terms.end(),
                                 [&](const Term& term) { return term.key == word.key; });
  if (known) return;
  Term term;
  term.key = word.key;
  term.number = word.kind == WordKind::kNumber;
  term.name = word.capital && !term.number;
  term.weight = term.number ? kNumberWeight : term.name && !opens ? kNameWeight : 1;
  weight += term.weight;
  terms.push_back(term);
}

bool Support::enough() const {
  if (contradicts || shared_words < kSharedWordsMin) return false;
  const bool quoted = run_telling >= kQuoteTellingWordsMin;
  const double needed = !names   ? kCoverageWithoutNameMin
                        : quoted ? kCoverageOfQuoteMin
                                 : kCoverageMin;
  const bool weighs = shared_weight >= kSharedWeightMin;
  return coverage >= needed &&
         (weighs || (run_words >= kRunWordsMin && run_telling >= kSharedWordsMin));
}

double Support::closeness(const Question& question) const {
  const double words = static_cast<double>(std::max<std::size_t>(question.words.size(), 1));
  return coverage + 0.5 * static_cast<double>(run_words) / words;
}

Support weigh(const Question& question, std::string_view passage) {
  Support support;
  std::vector<Word> words;
  bool negates = false;
  WordReader reader(passage);
  while (const auto word = reader.next()) {
    words.push_back(*word);
    negates = negates || word->kind == WordKind::kNegation;
  }
  support.contradicts = question.negates && !negates;
  for (const Question::Term& term : question.terms) {
    const bool shared = std::any_of(words.begin(), words.end(),
                                    [&](const Word& word) { return word.key == term.key; });
    if (shared) {
      support.shared_weight += term.weight;
      ++support.shared_words;
    } else if (term.number) {
      support.contradicts = true;
    } else if (term.name) {
      support.names = false;
    }
  }
  if (question.weight > 0) support.coverage = support.shared_weight / question.weight;
  find_run(question.words, words, support);
  return support;
}

}  // namespace bedplate::inference::citations
