#include "inference/families/image_family.hpp"

namespace bedplate::inference {

const ImageFamily* find_image_family(std::string_view key) {
  if (key == "titan-image") return &titan_image();
  if (key == "nova-canvas") return &nova_canvas();
  if (key == "stability-sdxl") return &stability_sdxl();
  if (key == "stability-sd3") return &stability_sd3();
  if (key == "stability-edit") return &stability_edit();
  return nullptr;
}

}  // namespace bedplate::inference
