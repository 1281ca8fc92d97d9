// Bytes of a text file to UTF-8.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace bedplate::documents {

/// Chosen by the file's first bytes; converts the whole of it later. In between the sandbox can
/// close, for the C library opens files when a conversion is chosen.
class TextDecoder {
 public:
  /// Looks at a byte order mark first, then whether it is UTF-8, then at what HTML declares of
  /// itself (`is_html`); otherwise it is Windows-1252, which contains Latin-1's characters.
  TextDecoder(std::string_view bytes, bool is_html);

  /// Valid UTF-8 with "\n" after each line, without byte order mark. Throws DocumentError:
  /// kWrongFormat for what is no text, kTooLarge.
  std::string decode(std::string_view bytes, std::size_t text_max_bytes);

 private:
  struct CloseConversion {
    void operator()(void* conversion) const;
  };
  std::size_t mark_bytes_ = 0;
  std::unique_ptr<void, CloseConversion> conversion_;  ///< none: it is UTF-8
};

/// What a program wrote, as valid UTF-8: U+FFFD stands for what is none. Opens files when there is
/// such.
std::string repaired_utf8(std::string text);

}  // namespace bedplate::documents
