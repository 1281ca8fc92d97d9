#include "inference/citations/citation_index.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "inference/citations/sentences.hpp"
#include "inference/citations/support.hpp"
#include "inference/citations/words.hpp"

namespace bedplate::inference::citations {
namespace {

constexpr std::size_t kReadAtOnceBytes = 256u << 10;
constexpr std::size_t kPostingsMax = 100'000;  ///< looked at for one sentence
constexpr std::size_t kCandidatesMax = 8;
constexpr std::uint32_t kPassageSentencesMax = 3;
/// Part of the question's weight that a neighbour must add to join a passage.
constexpr double kNeighbourShareMin = 0.15;

/// Sources of another document, by how close they come to the best one.
constexpr double kFurtherSourceMin = 0.9;

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

}  // namespace

void CitationIndex::add(std::size_t index, const DocumentBlock& document) {
  Document added;
  added.index = index;
  added.title = document.name;
  added.unit = document.unit;
  added.lines = document.format == "csv" || document.format == "xls" || document.format == "xlsx";
  for (const std::string& part : document.parts) {
    if (bytes_ + part.size() > kIndexedBytesMax) break;  // whole parts only
    bytes_ += part.size() + 1;
    if (added.unit == DocumentBlock::Unit::kPages && !added.text.empty() &&
        !is_space(added.text.back())) {
      added.text += '\n';  // words of two pages are two words
    }
    added.part_begin.push_back(added.text.size());
    added.text += part;
  }
  if (added.text.empty()) return;
  added.part_begin.push_back(added.text.size());
  documents_.push_back(std::move(added));
}

bool CitationIndex::read_some() {
  const auto unread = std::find_if(documents_.begin(), documents_.end(), [](const Document& each) {
    return each.read_bytes < each.text.size();
  });
  if (unread == documents_.end()) return false;
  Document& document = *unread;
  const std::size_t until = document.read_bytes + kReadAtOnceBytes;
  const auto number = static_cast<std::uint32_t>(unread - documents_.begin());
  Postings postings;
  while (document.read_bytes < std::min(until, document.text.size())) {
    read_sentence(document, number, postings);
  }
  std::sort(postings.begin(), postings.end());
  postings.erase(std::unique(postings.begin(), postings.end()), postings.end());
  postings_.push_back(std::move(postings));
  return true;
}

/// Sentences go over the ends of pages, but not of chunks.
void CitationIndex::read_sentence(Document& document, std::uint32_t number, Postings& postings) {
  const std::size_t begin = document.read_bytes;
  const auto next_part =
      std::upper_bound(document.part_begin.begin(), document.part_begin.end() - 1, begin);
  const bool chunks = document.unit == DocumentBlock::Unit::kChunks;
  const std::size_t end = chunks ? *next_part : document.text.size();
  const std::string_view rest = std::string_view(document.text).substr(begin, end - begin);
  const std::size_t bytes = first_sentence_bytes(
      rest, document.lines ? LineBreaks::kEndSentences : LineBreaks::kWrap, false);
  std::string_view sentence = rest.substr(0, bytes);
  std::size_t leading = 0;
  while (leading < sentence.size() && is_space(sentence[leading])) ++leading;
  while (!sentence.empty() && is_space(sentence.back())) sentence.remove_suffix(1);
  sentence.remove_prefix(std::min(leading, sentence.size()));

  Sentence read;
  read.document = number;
  read.begin = static_cast<std::uint32_t>(begin + leading);
  read.end = static_cast<std::uint32_t>(begin + leading + sentence.size());
  read.part = static_cast<std::uint32_t>(
      std::upper_bound(document.part_begin.begin(), document.part_begin.end() - 1, read.begin) -
      document.part_begin.begin() - 1);
  read.character = static_cast<std::uint32_t>(document.read_characters + leading);  // ASCII spaces
  document.read_bytes += bytes;
  document.read_characters += count_characters(rest.substr(0, bytes));

  WordReader words(sentence);
  const std::size_t before = postings.size();
  while (const auto word = words.next()) {
    if (word->tells()) postings.push_back((std::uint64_t{word->key} << 32) | sentences_.size());
  }
  if (postings.size() > before) sentences_.push_back(read);
}

/// Sentences that share rare words with the question first. Looks at the rarest words first and
/// stops at a bound, as the frequent ones decide little.
std::vector<std::uint32_t> CitationIndex::candidates(const Question& question) const {
  using Range = std::pair<Postings::const_iterator, Postings::const_iterator>;
  struct Standing {
    double weight = 0;
    std::size_t count = 0;
    std::vector<Range> ranges;
  };
  std::vector<Standing> found;
  for (const Question::Term& term : question.terms) {
    Standing each;
    for (const Postings& postings : postings_) {
      const std::uint64_t key = std::uint64_t{term.key} << 32;
      const auto begin = std::lower_bound(postings.begin(), postings.end(), key);
      const auto end = std::upper_bound(begin, postings.end(), key | 0xFFFF'FFFFu);
      each.count += static_cast<std::size_t>(end - begin);
      if (begin != end) each.ranges.emplace_back(begin, end);
    }
    const double rarity =
        std::log(static_cast<double>(sentences_.size() + 1) / static_cast<double>(each.count + 1));
    each.weight = term.weight * (1 + std::max(rarity, 0.0));
    if (each.count > 0) found.push_back(std::move(each));
  }
  std::sort(found.begin(), found.end(),
            [](const Standing& a, const Standing& b) { return a.count < b.count; });
  std::unordered_map<std::uint32_t, double> scores;
  std::size_t seen = 0;
  for (const Standing& each : found) {
    if (seen > 0 && seen + each.count > kPostingsMax) break;
    seen += each.count;
    for (const Range& range : each.ranges) {
      for (auto at = range.first; at != range.second; ++at) {
        scores[static_cast<std::uint32_t>(*at)] += each.weight;
      }
    }
  }
  std::vector<std::pair<double, std::uint32_t>> order;
  order.reserve(scores.size());
  for (const auto& [sentence, score] : scores) order.emplace_back(-score, sentence);
  const std::size_t kept = std::min(kCandidatesMax, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end());
  std::vector<std::uint32_t> best;
  for (std::size_t i = 0; i < kept; ++i) best.push_back(order[i].second);
  return best;
}

std::string_view CitationIndex::text_of(Passage passage) const {
  const Sentence& first = sentences_[passage.first];
  const Sentence& last = sentences_[passage.last];
  return std::string_view(documents_[first.document].text)
      .substr(first.begin, last.end - first.begin);
}

/// Whether a passage may hold both.
bool CitationIndex::together(std::uint32_t one, std::uint32_t other) const {
  const Sentence& a = sentences_[one];
  const Sentence& b = sentences_[other];
  if (a.document != b.document) return false;
  return documents_[a.document].unit != DocumentBlock::Unit::kChunks || a.part == b.part;
}

/// The sentence, with its neighbours as far as each adds to it.
CitationIndex::Found CitationIndex::grow(const Question& question, std::uint32_t sentence) const {
  const auto found = [&](std::uint32_t first, std::uint32_t last) {
    return Found{{first, last}, weigh(question, text_of({first, last}))};
  };
  Found best = found(sentence, sentence);
  while (best.passage.last - best.passage.first + 1 < kPassageSentencesMax) {
    Found grown = best;
    const auto [first, last] = best.passage;
    if (first > 0 && together(first - 1, first)) grown = found(first - 1, last);
    if (last + 1 < sentences_.size() && together(last, last + 1)) {
      const Found after = found(first, last + 1);
      if (after.support.coverage > grown.support.coverage) grown = after;
    }
    if (grown.support.coverage < best.support.coverage + kNeighbourShareMin) break;
    best = grown;
  }
  return best;
}

Citation CitationIndex::cite(Passage passage) const {
  const Sentence& first = sentences_[passage.first];
  const Sentence& last = sentences_[passage.last];
  const Document& document = documents_[first.document];
  Citation citation;
  citation.document_index = document.index;
  citation.title = document.title;
  citation.unit = document.unit;
  citation.text = text_of(passage);
  const auto characters = static_cast<std::int64_t>(count_characters(citation.text));
  switch (document.unit) {
    case DocumentBlock::Unit::kCharacters:
      citation.start = first.character;
      citation.end = citation.start + characters;
      break;
    case DocumentBlock::Unit::kPages: {
      const auto last_page = std::upper_bound(document.part_begin.begin(),
                                              document.part_begin.end() - 1, last.end - 1);
      citation.start = first.part + 1;
      citation.end = last_page - document.part_begin.begin() + 1;
      break;
    }
    case DocumentBlock::Unit::kChunks: {
      const std::size_t begin = document.part_begin[first.part];
      citation.text = document.text.substr(begin, document.part_begin[first.part + 1] - begin);
      citation.start = first.part;
      citation.end = citation.start + 1;
      break;
    }
  }
  return citation;
}

std::vector<Citation> CitationIndex::find(std::string_view sentence) const {
  const Question question(sentence);
  if (question.terms.size() < kSharedWordsMin) return {};
  std::vector<std::pair<double, Passage>> found;
  for (const std::uint32_t candidate : candidates(question)) {
    const Found each = grow(question, candidate);
    if (!each.support.enough()) continue;
    const double brief = 0.01 * (each.passage.last - each.passage.first);
    found.emplace_back(each.support.closeness(question) - brief, each.passage);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second.first < b.second.first;
  });
  std::vector<Citation> citations;
  for (const auto& [closeness, passage] : found) {
    if (citations.size() == kCitationsPerSentenceMax) break;
    if (closeness < kFurtherSourceMin * found.front().first) break;
    Citation citation = cite(passage);
    const bool known = std::any_of(citations.begin(), citations.end(), [&](const Citation& other) {
      return other.document_index == citation.document_index;
    });
    if (!known) citations.push_back(std::move(citation));
  }
  return citations;
}

}  // namespace bedplate::inference::citations
