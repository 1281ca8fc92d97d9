// The formats of documents and images that a request may carry.
#pragma once

#include <optional>
#include <string_view>

namespace bedplate::documents {

/// Converse's DocumentFormat.
enum class DocumentFormat { kPdf, kCsv, kDoc, kDocx, kXls, kXlsx, kHtml, kTxt, kMd };

/// Converse's ImageFormat; Anthropic's media types are "image/" and the name.
enum class ImageFormat { kPng, kJpeg, kGif, kWebp };

std::string_view name_of(DocumentFormat format);  ///< "pdf", as Converse spells it
std::string_view name_of(ImageFormat format);     ///< "png"
std::optional<DocumentFormat> document_format(std::string_view name);
std::optional<ImageFormat> image_format(std::string_view name);

}  // namespace bedplate::documents
