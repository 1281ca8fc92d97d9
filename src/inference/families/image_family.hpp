// Families whose native body asks for images: beside Family, and as ignorant of engines.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string_view>

#include "inference/image_generation.hpp"
#include "inference/model_catalogue.hpp"

namespace bedplate::inference {

class ImageFamily {
 public:
  virtual ~ImageFamily() = default;
  /// Reads and validates a body. Throws ApiError with the family's own texts.
  virtual ImageRequest parse(const boost::json::object& body,
                             const CatalogueModel& model) const = 0;
  /// For a request that came through another API: sets the size when the client left it out, but
  /// beside an image to be changed, whose size it then is; checks what the model says of prompt,
  /// size and images. Throws ApiError; its `parameter` is "#/prompt", "#/size", "#/image" or
  /// "#/model".
  virtual void complete(ImageRequest& request) const = 0;
  virtual boost::json::object render(const ImageReply& reply) const = 0;
  /// Whether `Accept: image/png` gets the image itself instead of JSON around it.
  virtual bool sends_bare_image() const { return false; }
};

/// The family of that key (`family` in the catalogue); nullptr when it is none of these.
const ImageFamily* find_image_family(std::string_view key);

const ImageFamily& titan_image();
const ImageFamily& nova_canvas();
const ImageFamily& stability_sdxl();
const ImageFamily& stability_sd3();
const ImageFamily& stability_edit();

}  // namespace bedplate::inference
