// The documents and images of a request: counted, measured, read (docs/documents.md).
#pragma once

#include "documents/document_reader.hpp"
#include "inference/bindings.hpp"
#include "inference/conversation.hpp"

namespace bedplate::operations {

/// Replaces the bytes of every document by its text and every image by one that engines decode. To
/// an engine that sees, the pages of a PDF go as images, too. Throws ValidationException in the
/// words of Bedrock or the model. `request` must stay until the task has ended.
Task<> read_attachments(inference::GenerationRequest& request,
                        const inference::ResolvedModel& resolved, documents::DocumentReader& reader,
                        documents::Door door);

}  // namespace bedplate::operations
