// WebP, by libwebp: the first frame.
#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>

#include "documents/images/image_formats.hpp"
#include "documents/images/png_writing.hpp"
#include "documents/limits.hpp"

namespace bedplate::documents {
namespace {

const std::uint8_t* data_of(std::string_view bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

WebPBitstreamFeatures features_of(std::string_view bytes) {
  WebPBitstreamFeatures features;
  if (::WebPGetFeatures(data_of(bytes), bytes.size(), &features) != VP8_STATUS_OK) {
    refuse_image("the WebP's header is damaged");
  }
  return features;
}

std::string first_frame_to_png(std::string_view bytes) {
  WebPAnimDecoderOptions options;
  ::WebPAnimDecoderOptionsInit(&options);
  const WebPData data = {data_of(bytes), bytes.size()};
  const std::unique_ptr<WebPAnimDecoder, decltype(&::WebPAnimDecoderDelete)> decoder(
      ::WebPAnimDecoderNew(&data, &options), &::WebPAnimDecoderDelete);
  WebPAnimInfo info;
  std::uint8_t* pixels = nullptr;
  int timestamp_ms = 0;
  if (!decoder || ::WebPAnimDecoderGetInfo(decoder.get(), &info) == 0 ||
      ::WebPAnimDecoderGetNext(decoder.get(), &pixels, &timestamp_ms) == 0) {
    refuse_image("the WebP is damaged");
  }
  const std::size_t size = std::size_t{info.canvas_width} * info.canvas_height * 4;
  return png_of_rgba(std::string(reinterpret_cast<const char*>(pixels), size),
                     {int(info.canvas_width), int(info.canvas_height)});
}

/// The size within the long edge beyond which models see no more.
ImageSize shrunk(ImageSize size) {
  const int longer = std::max(size.width_px, size.height_px);
  if (longer <= kClaudeLongEdgePx) return size;
  const double factor = double(kClaudeLongEdgePx) / longer;
  return {std::max(1, int(size.width_px * factor)), std::max(1, int(size.height_px * factor))};
}

}  // namespace

ImageSize webp_size(std::string_view bytes) {
  const WebPBitstreamFeatures features = features_of(bytes);
  return {features.width, features.height};
}

std::string webp_to_png(std::string_view bytes) {
  const WebPBitstreamFeatures features = features_of(bytes);
  if (features.has_animation != 0) return first_frame_to_png(bytes);
  const ImageSize size = shrunk({features.width, features.height});
  std::string pixels(std::size_t(size.width_px) * std::size_t(size.height_px) * 4, '\0');
  WebPDecoderConfig config;
  if (::WebPInitDecoderConfig(&config) == 0) refuse_image("another version of libwebp");
  config.options.use_scaling =
      size.width_px != features.width || size.height_px != features.height ? 1 : 0;
  config.options.scaled_width = size.width_px;
  config.options.scaled_height = size.height_px;
  config.output.colorspace = MODE_RGBA;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = reinterpret_cast<std::uint8_t*>(pixels.data());
  config.output.u.RGBA.stride = size.width_px * 4;
  config.output.u.RGBA.size = pixels.size();
  if (::WebPDecode(data_of(bytes), bytes.size(), &config) != VP8_STATUS_OK) {
    refuse_image("the WebP is damaged");
  }
  return png_of_rgba(pixels, size);
}

}  // namespace bedplate::documents
