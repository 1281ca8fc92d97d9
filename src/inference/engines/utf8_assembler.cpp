#include "inference/engines/utf8_assembler.hpp"

#include "base/bytes.hpp"

namespace bedplate::inference {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

enum class Shape { kCharacter, kIncomplete, kInvalid };

struct Step {
  Shape shape;
  std::size_t size;  ///< bytes to take
};

/// Looks at the character that `text`, not empty, begins with (Unicode 15, table 3-7).
Step look(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {Shape::kCharacter, 1};
  if (first < 0xC2 || first > 0xF4) return {Shape::kInvalid, 1};
  const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  for (std::size_t i = 1; i < size; ++i) {
    if (i == text.size()) return {Shape::kIncomplete, i};
    unsigned low = 0x80;
    unsigned high = 0xBF;
    if (i == 1) {
      if (first == 0xE0) low = 0xA0;
      if (first == 0xED) high = 0x9F;
      if (first == 0xF0) low = 0x90;
      if (first == 0xF4) high = 0x8F;
    }
    if (byte(i) < low || byte(i) > high) return {Shape::kInvalid, i};
  }
  return {Shape::kCharacter, size};
}

}  // namespace

std::string Utf8Assembler::take(std::string_view piece) {
  if (rest_.empty() && is_valid_utf8(piece)) return std::string(piece);
  std::string text = std::move(rest_);
  rest_.clear();
  text += piece;
  std::string whole;
  for (std::size_t at = 0; at < text.size();) {
    const Step step = look(std::string_view(text).substr(at));
    if (step.shape == Shape::kIncomplete) {
      rest_ = text.substr(at);
      break;
    }
    whole += step.shape == Shape::kCharacter ? std::string_view(text).substr(at, step.size)
                                             : kReplacement;
    at += step.size;
  }
  return whole;
}

std::string Utf8Assembler::finish() {
  if (rest_.empty()) return {};
  rest_.clear();
  return std::string(kReplacement);
}

}  // namespace bedplate::inference
