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
      const ImageFacts mask = image_facts(edit_mask(bytes, facts, {area}), kSideMaxPx);
      if (mask.width_px != facts.width_px || mask.height_px != facts.height_px) std::abort();
    }
    const MaskWish other_size{MaskArea::kWhite, 3, 60, 40, {}};
    const ImageFacts mask = image_facts(edit_mask(bytes, facts, other_size), kSideMaxPx);
    if (mask.width_px != 60 || mask.height_px != 40) std::abort();
    const ImageMargins margins{1, 2, 3, 4};
    const ImageSize wide =
        size_with_margins({facts.width_px, facts.height_px}, margins, kSideMaxPx);
    const ImageFacts widened = image_facts(image_with_margins(bytes, facts, margins), kSideMaxPx);
    if (widened.width_px != wide.width_px || widened.height_px != wide.height_px) std::abort();
  } catch (const DocumentError& error) {
    if (error.fault == DocumentFault::kReaderFailed) std::abort();
  }
  return 0;
}
