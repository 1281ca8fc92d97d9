#include "operations/runtime/image_making.hpp"

#include <fmt/format.h>

#include "operations/model_errors.hpp"
#include "operations/runtime/throttling.hpp"

namespace bedplate::operations {
namespace {

using documents::DocumentError;
using documents::DocumentFault;
using documents::DocumentReader;
using documents::ImageFacts;
using documents::ImageFormat;
using inference::EngineError;
using inference::ImageMask;
using inference::ImageRequest;
using inference::InputImage;
using inference::InputImageLimits;

constexpr int kBadGateway = 502;

ApiError refusal(const InputImage& image, std::string_view what) {
  ApiError error = errors::validation(
      fmt::format("Malformed input request: {}: {}, please reformat your input and try again.",
                  image.where, what));
  error.parameter = image.where;
  return error;
}

ApiError unreadable(const InputImage& image, const DocumentError& problem) {
  switch (problem.fault) {
    case DocumentFault::kReaderFailed:
      return errors::service_unavailable("The server could not read the image. Try again.");
    case DocumentFault::kImageTooLarge:
      return refusal(
          image, fmt::format("no side of an image may be longer than {} pixels", problem.limit));
    default:
      return refusal(image, "the image could not be read");
  }
}

/// Nothing when the image is within the family's limits.
std::optional<ApiError> beyond_limits(const InputImage& image, const ImageFacts& facts,
                                      const InputImageLimits& limits) {
  if (facts.format == ImageFormat::kGif || (facts.format == ImageFormat::kWebp && !limits.webp)) {
    return refusal(
        image, fmt::format("an image must be PNG{}", limits.webp ? ", JPEG or WebP" : " or JPEG"));
  }
  const int longer = std::max(facts.width_px, facts.height_px);
  const int shorter = std::min(facts.width_px, facts.height_px);
  if (shorter < limits.side_min_px) {
    return refusal(image, fmt::format("no side of an image may be shorter than {} pixels",
                                      limits.side_min_px));
  }
  if (limits.side_max_px > 0 && longer > limits.side_max_px) {
    return refusal(
        image, fmt::format("no side of an image may be longer than {} pixels", limits.side_max_px));
  }
  if (limits.pixels_max > 0 && std::int64_t{longer} * shorter > limits.pixels_max) {
    return refusal(image, fmt::format("an image may have at most {} pixels", limits.pixels_max));
  }
  if (limits.ratio_max > 0 && longer > limits.ratio_max * shorter) {
    return refusal(
        image, fmt::format("an image may be at most {} times as long as wide", limits.ratio_max));
  }
  return std::nullopt;
}

Task<ImageFacts> read_image(InputImage& image, InputImageLimits limits, DocumentReader& reader) {
  std::optional<ApiError> error;
  ImageFacts facts{};
  try {
    documents::EngineImage read = co_await reader.to_engine_image(std::move(image.bytes));
    facts = read.original;
    image.format = documents::name_of(read.format);
    image.bytes = std::move(read.bytes);
    error = beyond_limits(image, facts, limits);
  } catch (const DocumentError& problem) {
    error = unreadable(image, problem);
  }
  if (error) throw *error;
  co_return facts;
}

documents::MaskArea area_of(ImageMask::Area area) {
  switch (area) {
    case ImageMask::Area::kBlack:
      return documents::MaskArea::kBlack;
    case ImageMask::Area::kWhite:
      return documents::MaskArea::kWhite;
    case ImageMask::Area::kMargins:
      return documents::MaskArea::kMargins;
    case ImageMask::Area::kTransparent:
      break;
  }
  return documents::MaskArea::kTransparent;
}

documents::ImageMargins margins_of(const ImageRequest& request) {
  if (!request.margins) return {};
  const inference::Margins& margins = *request.margins;
  return {margins.left_px, margins.right_px, margins.top_px, margins.bottom_px};
}

Task<> read_mask(ImageMask& mask, ImageFacts changed, documents::ImageMargins margins,
                 DocumentReader& reader) {
  std::optional<ApiError> error;
  documents::MaskWish wish{area_of(mask.area), mask.grow_px, 0, 0, margins};
  if (mask.resized) {
    wish.width_px = changed.width_px;
    wish.height_px = changed.height_px;
  }
  try {
    documents::EditMask read = co_await reader.to_edit_mask(std::move(mask.image.bytes), wish);
    mask.image.bytes = std::move(read.png);
    mask.image.format = "png";
    if (!mask.resized && (read.original.width_px != changed.width_px ||
                          read.original.height_px != changed.height_px)) {
      error = refusal(mask.image, "the mask must have the size of the image");
    }
  } catch (const DocumentError& problem) {
    error = unreadable(mask.image, problem);
  }
  if (error) throw *error;
}

/// Adds room around the image.
Task<> widen(InputImage& image, documents::ImageMargins margins, DocumentReader& reader) {
  std::optional<ApiError> error;
  try {
    documents::EngineImage wide = co_await reader.with_margins(std::move(image.bytes), margins);
    image.format = documents::name_of(wide.format);
    image.bytes = std::move(wide.bytes);
  } catch (const DocumentError& problem) {
    error = unreadable(image, problem);
  }
  if (error) throw *error;
}

/// Checks the input images and puts them into the form that engines take. `request` must stay.
Task<> read_inputs(ImageRequest& request, DocumentReader& reader) {
  std::optional<ImageFacts> first;
  for (InputImage& image : request.images) {
    const ImageFacts facts = co_await read_image(image, request.input_limits, reader);
    if (!first) first = facts;
  }
  if (!first) co_return;
  const documents::ImageMargins margins = margins_of(request);
  if (request.mask) co_await read_mask(*request.mask, *first, margins, reader);
  if (request.margins) co_await widen(request.images.front(), margins, reader);
  if (request.width_px == 0) {
    request.width_px = first->width_px + margins.left_px + margins.right_px;
  }
  if (request.height_px == 0) {
    request.height_px = first->height_px + margins.top_px + margins.bottom_px;
  }
}

/// What was asked of an engine, to be compared with what it made.
struct Promise {
  std::string format;
  int width_px = 0;
  int height_px = 0;
};

/// An engine that answers with another size or format did not honour the request.
Task<> check_images(const inference::ImageReply& reply, Promise promise,
                    inference::ResolvedModel resolved, DocumentReader& reader) {
  for (const std::string& image : reply.images) {
    std::string trouble;
    try {
      const ImageFacts facts = co_await reader.inspect_image(image);
      if (documents::name_of(facts.format) != promise.format ||
          facts.width_px != promise.width_px || facts.height_px != promise.height_px) {
        trouble =
            fmt::format("The engine was asked for a {} of {} x {} pixels and sent a {} of {} x {}.",
                        promise.format, promise.width_px, promise.height_px,
                        documents::name_of(facts.format), facts.width_px, facts.height_px);
      }
    } catch (const DocumentError& problem) {
      if (problem.fault == DocumentFault::kReaderFailed) {
        throw errors::service_unavailable("The server could not read the image. Try again.");
      }
      trouble = "The engine's image cannot be read.";
    }
    if (!trouble.empty()) throw errors::model_error(trouble, kBadGateway, resolved.model->id);
  }
}

Task<inference::ImageReply> make(inference::ResolvedModel resolved, ImageRequest request) {
  request.claim = resolved.claim;
  try {
    co_return co_await resolved.engine->make_images(std::move(request));
  } catch (const EngineError& failure) {
    throw model_error(failure, *resolved.model, false, false);
  }
}

}  // namespace

Task<inference::ImageReply> make_images(Context& context, inference::ResolvedModel resolved,
                                        ImageRequest request) {
  DocumentReader& reader = context.services.document_reader;
  reserve_request(context, resolved);
  co_await read_inputs(request, reader);
  Promise promise{request.format, request.width_px, request.height_px};
  inference::ImageReply reply = co_await make(resolved, std::move(request));
  co_await check_images(reply, std::move(promise), resolved, reader);
  context.measure.use.images = static_cast<std::int64_t>(reply.images.size());
  co_return reply;
}

}  // namespace bedplate::operations
