#include "documents/document_error.hpp"

#include <fmt/format.h>

namespace bedplate::documents {
namespace {

/// Bedrock's, before what the model's own API says.
constexpr std::string_view kPrefix = "The model returned the following errors: ";

std::string pdf_text(const DocumentError& error, Door door, const std::string& block) {
  const std::string path =
      block + (door == Door::kConverse ? ".pdf.source.bytes" : ".pdf.source.base64.data");
  switch (error.fault) {
    case DocumentFault::kEncrypted:
      return path + ": The PDF specified is password protected.";
    case DocumentFault::kUnreadable:
    case DocumentFault::kWrongFormat:
      return path + ": The PDF specified was not valid.";
    case DocumentFault::kTooManyPages:
      return fmt::format("{}: A maximum of {} PDF pages may be provided.", block, error.limit);
    default:
      return "Could not process PDF";
  }
}

std::string image_path(Door door, const std::string& block) {
  return block + (door == Door::kConverse ? ".image.source.bytes" : ".image.source.base64.data");
}

std::string image_text(const DocumentError& error, Door door, const std::string& block) {
  if (error.fault != DocumentFault::kImageTooLarge) return "Could not process image";
  return fmt::format("{}: At least one of the image dimensions exceed max allowed size: {} pixels",
                     image_path(door, block), error.limit);
}

std::string text_of(const DocumentError& error, Door door, const std::string& block) {
  switch (error.subject) {
    case DocumentSubject::kPdf:
      return pdf_text(error, door, block);
    case DocumentSubject::kImage:
      return image_text(error, door, block);
    case DocumentSubject::kOtherDocument:
      break;
  }
  return fmt::format(
      "{}: The document source bytes could not be parsed as the specified format. If using a "
      "text-based format, try source.text instead of source.bytes.",
      block + (door == Door::kConverse ? ".source.bytes" : ".source.base64.data"));
}

}  // namespace

std::string_view name_of(DocumentFault fault) {
  switch (fault) {
    case DocumentFault::kUnreadable:
      return "unreadable";
    case DocumentFault::kWrongFormat:
      return "wrong format";
    case DocumentFault::kEncrypted:
      return "encrypted";
    case DocumentFault::kMacros:
      return "macros";
    case DocumentFault::kTooManyPages:
      return "too many pages";
    case DocumentFault::kTooLarge:
      return "too large";
    case DocumentFault::kImageTooLarge:
      return "image too large";
    case DocumentFault::kTimedOut:
      return "timed out";
    case DocumentFault::kProgramMissing:
      return "program missing";
    case DocumentFault::kReaderFailed:
      return "reader failed";
  }
  return "unknown";
}

ApiError refusal(const DocumentError& error, Door door, const std::string& block) {
  if (error.fault == DocumentFault::kProgramMissing) {
    return errors::validation(
        fmt::format("This server cannot read this document: {}.", error.what()));
  }
  if (error.fault == DocumentFault::kReaderFailed) {
    return errors::service_unavailable("The server could not read the document. Try again.");
  }
  return errors::validation(std::string(kPrefix) + text_of(error, door, block));
}

ApiError image_format_refusal(ImageFormat declared, ImageFormat actual, Door door,
                              const std::string& block) {
  return errors::validation(
      fmt::format("{}{}: The image was specified using the image/{} media type, but the image "
                  "appears to be a image/{} image",
                  kPrefix, image_path(door, block), name_of(declared), name_of(actual)));
}

}  // namespace bedplate::documents
