// What making images asks of an engine, whatever the provider's body looked like.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "async/slot_claim.hpp"

namespace bedplate::inference {

/// A number that the client asked for, or that the family sets in its place: an engine that cannot
/// honour it refuses the first and leaves the second out.
template <class Number>
struct ImageSetting {
  Number value{};
  bool asked_for = false;
};

/// A weight below 0: what the image is not to show.
struct WeightedPrompt {
  std::string text;
  double weight = 1;
};

struct InputImage {
  std::string bytes;
  std::string where;        ///< in the body, for errors: "#/inPaintingParams/image"
  std::string format = {};  ///< "png" or "jpeg", once it has been read
};

/// Which part of the first input image may change.
struct ImageMask {
  enum class Area {
    kBlack,        ///< of the mask
    kWhite,        ///< of the mask
    kTransparent,  ///< of the mask
    kMargins,      ///< what is added around the image, which is the mask's image then
  };
  InputImage image;
  Area area = Area::kWhite;
  int grow_px = 0;       ///< it is to be wider by so many pixels, with a soft edge
  bool resized = false;  ///< another size than the image's is no mistake
};

/// What is added around the first input image before an engine gets it.
struct Margins {
  int left_px = 0;
  int right_px = 0;
  int top_px = 0;
  int bottom_px = 0;
};

/// What a family allows of its input images.
struct InputImageLimits {
  int side_min_px = 1;
  int side_max_px = 0;          ///< 0: any
  std::int64_t pixels_max = 0;  ///< of the whole; 0: any
  double ratio_max = 0;         ///< of the longer side to the shorter; 0: any
  bool webp = false;            ///< beside PNG and JPEG
};

struct ImageRequest {
  std::vector<WeightedPrompt> prompts;  ///< none with a weight of 0
  int width_px = 0;                     ///< 0: like the first input image
  int height_px = 0;
  int count = 1;
  ImageSetting<std::int64_t> seed;  ///< of the first image; the next ones' follow it
  std::optional<double> cfg_scale;  ///< nothing: the engine's own
  std::optional<int> steps;         ///< likewise
  std::string sampler;              ///< as stable-diffusion.cpp names it; empty: the engine's own
  bool high_quality = false;
  bool transparent_background = false;
  std::string format = "png";  ///< "png", "jpeg", "webp"

  std::vector<InputImage> images;  ///< the first one is changed, the others guide
  InputImageLimits input_limits;
  std::optional<ImageMask> mask;
  std::optional<Margins> margins;
  /// What to do to the images, stands before the prompts. Models that are shown descriptions only
  /// do without it when a mask says where; else nothing but an instruction says what is wanted.
  std::string instruction;
  std::optional<ImageSetting<double>> strength;  ///< 0: stays as it is; 1: is not looked at

  /// What was asked for that no engine here does, in words for the refusal: "maskPrompt".
  std::vector<std::string> beyond;
  SlotClaim claim;  ///< see ResolvedModel
};

struct ImageReply {
  std::vector<std::string> images;  ///< bytes; as many as were asked for
  std::vector<std::int64_t> seeds;  ///< of each; empty when the engine takes none
};

}  // namespace bedplate::inference
