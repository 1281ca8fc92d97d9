// Why a document or an image was refused.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "base/api_error.hpp"
#include "documents/document_format.hpp"

namespace bedplate::documents {

/// Which limit or rule of the reader was met. docs/documents.md says what a client is told.
enum class DocumentFault {
  kUnreadable,      ///< damaged: truncated, malformed
  kWrongFormat,     ///< not what the format says
  kEncrypted,       ///< opens with a password only
  kMacros,          ///< carries macros
  kTooManyPages,    ///< more than ReadLimits or RenderLimits allow
  kTooLarge,        ///< unpacks to, or says, more than the limits allow, or needs more memory
  kImageTooLarge,   ///< a side of the image has too many pixels
  kTimedOut,        ///< was not read within the deadline
  kProgramMissing,  ///< the machine lacks a program; what() names its package
  kReaderFailed,    ///< the child or its sandbox could not be set up; not the document's fault
};

/// What the refused bytes were: it decides the words of the refusal.
enum class DocumentSubject { kPdf, kOtherDocument, kImage };

std::string_view name_of(DocumentFault fault);  ///< "unreadable"

class DocumentError : public std::runtime_error {
 public:
  /// `detail` is for the log and for people who run the server; it quotes nothing of the document.
  DocumentError(DocumentFault fault, const std::string& detail)
      : std::runtime_error(detail), fault(fault) {}

  DocumentFault fault;
  DocumentSubject subject = DocumentSubject::kOtherDocument;
  int limit = 0;  ///< kTooManyPages: pages allowed. kImageTooLarge: pixels allowed of a side
};

/// Through which door the block came: they name its bytes differently.
enum class Door { kConverse, kMessages };

/// What the client is told: a ValidationException in the model's words behind Bedrock's prefix;
/// when it is not the document's fault, one that says what this server lacks (kProgramMissing), or
/// ServiceUnavailableException. `block` is the content block's path: "messages.0.content.1".
ApiError refusal(const DocumentError& error, Door door, const std::string& block);

/// The same when an image is of another format than the request says.
ApiError image_format_refusal(ImageFormat declared, ImageFormat actual, Door door,
                              const std::string& block);

}  // namespace bedplate::documents
