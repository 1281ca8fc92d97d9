// HTML and text files in any encoding: whatever arrives becomes text in valid UTF-8 within the
// limit, or is refused with a DocumentError.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/bytes.hpp"
#include "documents/document_error.hpp"
#include "documents/formats/text_decoder.hpp"
#include "documents/formats/text_formats.hpp"

// The first byte chooses between the two.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bedplate::documents;
  constexpr TextLimits kLimits{.text_max_bytes = 64 * 1024, .unpacked_max_bytes = 0};
  if (size == 0) return 0;
  const bool is_html = data[0] != 't';
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  try {
    TextDecoder decoder(bytes, is_html);
    std::string text = decoder.decode(bytes, kLimits.text_max_bytes);
    if (!bedplate::is_valid_utf8(text)) std::abort();
    if (is_html) text = html_text(text, kLimits);
    if (!bedplate::is_valid_utf8(text) || text.size() > kLimits.text_max_bytes) std::abort();
  } catch (const DocumentError& error) {
    if (error.fault == DocumentFault::kReaderFailed) std::abort();
  }
  return 0;
}
