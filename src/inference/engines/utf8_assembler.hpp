// Whole UTF-8 characters out of pieces that may end inside one.
#pragma once

#include <string>
#include <string_view>

namespace bedplate::inference {

/// Tokens of byte-level vocabularies end inside characters, and not every server waits for the
/// rest. This does, and puts U+FFFD where no character can come of the bytes.
class Utf8Assembler {
 public:
  /// The whole characters that are complete with `piece`.
  std::string take(std::string_view piece);
  /// What stands for the incomplete rest at the end: U+FFFD or nothing.
  std::string finish();

 private:
  std::string rest_;  ///< at most three bytes
};

}  // namespace bedplate::inference
