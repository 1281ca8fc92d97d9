// Where sentences end, in documents and in replies that are still being written.
#pragma once

#include <cstddef>
#include <string_view>

namespace bedplate::inference::citations {

/// Bytes of a sentence, at most: a longer one is cut at a white space.
inline constexpr std::size_t kSentenceBytesMax = 1500;

enum class LineBreaks {
  kEndSentences,  ///< every line is a sentence at least: replies, tables
  kWrap,          ///< lines are broken anywhere; empty lines and list items end sentences
};

/// Length in bytes of the sentence that `text` begins with, with the white space behind it. 0 when
/// it has not ended yet and `more_follows`; else the sentence ends with the text at the latest.
std::size_t first_sentence_bytes(std::string_view text, LineBreaks lines, bool more_follows);

}  // namespace bedplate::inference::citations
