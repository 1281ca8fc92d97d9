// What AWS and Anthropic allow of documents and images. Sources: docs/documents.md.
#pragma once

#include <cstddef>

namespace bedplate::documents {

// Converse (API reference, Message.content). The megabytes are taken as 2^20 bytes, the milder
// reading.
inline constexpr std::size_t kDocumentsPerRequestMax = 5;
inline constexpr std::size_t kDocumentSizeMaxBytes = 9 * 1024 * 1024 / 2;  // 4.5 MB
inline constexpr std::size_t kImagesPerRequestMax = 20;
inline constexpr std::size_t kImageSizeMaxBytes = 15 * 1024 * 1024 / 4;  // 3.75 MB
inline constexpr int kImageSideMaxPx = 8000;

// Claude's own. The engine behind Bedrock counts an image's base64 text against the first: 3.75 MB
// of bytes are 5 MB of base64.
inline constexpr std::size_t kClaudeImageBase64MaxBytes = 5 * 1024 * 1024;
/// Side of an image when a request has more than kImagesPerRequestMax of them.
inline constexpr int kClaudeManyImagesSideMaxPx = 2000;
inline constexpr int kClaudePdfPagesMax = 100;  ///< of all PDFs of a request together
/// Claude scales larger images down to this long edge, so more pixels tell it nothing.
inline constexpr int kClaudeLongEdgePx = 1568;

}  // namespace bedplate::documents
