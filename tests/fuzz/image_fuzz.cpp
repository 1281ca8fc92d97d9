// Images: whatever arrives is refused with a DocumentError, or becomes a PNG or JPEG that can be
// read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "documents/images/image_formats.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bedplate::documents;
  constexpr int kSideMaxPx = 500;  // for speed
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const ImageFacts facts = image_facts(bytes, kSideMaxPx);
    const EngineImage image = engine_image(bytes, facts);
    const ImageFacts again = image_facts(image.bytes, kSideMaxPx);
    if (again.format != image.format) std::abort();
    if (again.width_px != facts.width_px || again.height_px != facts.height_px) std::abort();
    engine_image(image.bytes, again);
    for (const MaskArea area : {MaskArea::kBlack, MaskArea::kWhite, MaskArea::kTransparent}) {
      const ImageFacts mask = image_facts(edit_mask(bytes, facts, area), kSideMaxPx);
      if (mask.width_px != facts.width_px || mask.height_px != facts.height_px) std::abort();
    }
  } catch (const DocumentError& error) {
    if (error.fault == DocumentFault::kReaderFailed) std::abort();
  }
  return 0;
}
