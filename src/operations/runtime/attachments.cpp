#include "operations/runtime/attachments.hpp"

#include <fmt/format.h>

#include "base/api_error.hpp"
#include "inference/families/family.hpp"

namespace bedplate::operations {
namespace {

using documents::DocumentReader;
using documents::Door;
using inference::ContentBlock;
using inference::DocumentBlock;
using inference::ImageBlock;

ApiError refusal(std::string_view text) {
  return errors::validation(std::string(inference::kModelErrorPrefix) + std::string(text));
}

/// What a request holds of either kind, in messages and in the results of tools.
struct Counts {
  std::size_t documents = 0;
  std::size_t images = 0;

  template <class Block>
  void add(const Block& block) {
    if (std::holds_alternative<DocumentBlock>(block)) ++documents;
    if (std::holds_alternative<ImageBlock>(block)) ++images;
  }
};

Counts count(const inference::Conversation& conversation) {
  Counts counts;
  for (const inference::Message& message : conversation.messages) {
    for (const ContentBlock& block : message.content) {
      counts.add(block);
      const auto* result = std::get_if<inference::ToolResultBlock>(&block);
      if (result == nullptr) continue;
      for (const auto& part : result->content) counts.add(part);
    }
  }
  return counts;
}

void check_counts(const Counts& counts, Door door) {
  if (counts.images > documents::kImagesPerRequestMax) {
    throw refusal(fmt::format("messages: too many images: image_count > {}",
                              documents::kImagesPerRequestMax));
  }
  if (door == Door::kConverse && counts.documents > documents::kDocumentsPerRequestMax) {
    throw errors::validation(fmt::format("You can't include more than {} documents in a request.",
                                         documents::kDocumentsPerRequestMax));
  }
}

void check_image_size(const ImageBlock& image, Door door, const std::string& where) {
  const std::size_t base64_bytes = (image.bytes.size() + 2) / 3 * 4;
  if (base64_bytes <= documents::kClaudeImageBase64MaxBytes) return;
  throw refusal(fmt::format("{}.image.source.{}: image exceeds 5 MB maximum: {} bytes > {} bytes",
                            where, door == Door::kConverse ? "bytes" : "base64", base64_bytes,
                            documents::kClaudeImageBase64MaxBytes));
}

/// One request's reading.
class Reading {
 public:
  Reading(DocumentReader& reader, Door door, bool pages_as_images)
      : reader_(reader), door_(door), pages_as_images_(pages_as_images) {}

  Task<> read_message(std::vector<ContentBlock>& content, std::size_t message) {
    for (std::size_t i = 0; i < content.size(); ++i) {
      const std::string where = fmt::format("messages.{}.content.{}", message, i);
      if (auto* image = std::get_if<ImageBlock>(&content[i])) {
        co_await read_image(*image, where);
      } else if (auto* document = std::get_if<DocumentBlock>(&content[i])) {
        std::vector<ImageBlock> pages;
        co_await read_document(*document, where, pages);
        content.insert(content.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                       std::make_move_iterator(pages.begin()),
                       std::make_move_iterator(pages.end()));
        i += pages.size();
      } else if (auto* result = std::get_if<inference::ToolResultBlock>(&content[i])) {
        co_await read_result(result->content, where);
      }
    }
  }

 private:
  Task<> read_result(std::vector<inference::ToolResultContent>& content, const std::string& where) {
    for (auto& part : content) {
      if (auto* image = std::get_if<ImageBlock>(&part)) {
        co_await read_image(*image, where);
      } else if (auto* document = std::get_if<DocumentBlock>(&part)) {
        std::vector<ImageBlock> pages;  // a result's text is enough
        co_await read_document(*document, where, pages);
      }
    }
  }

  Task<> read_image(ImageBlock& image, const std::string& where) {
    check_image_size(image, door_, where);
    const auto declared = documents::image_format(image.format);
    std::optional<ApiError> error;
    try {
      documents::EngineImage read = co_await reader_.to_engine_image(std::move(image.bytes));
      if (declared && *declared != read.original.format) {
        error = documents::image_format_refusal(*declared, read.original.format, door_, where);
      }
      image.format = documents::name_of(read.format);
      image.bytes = std::move(read.bytes);
    } catch (const documents::DocumentError& problem) {
      error = documents::refusal(problem, door_, where);
    }
    if (error) throw *error;
  }

  Task<> read_document(DocumentBlock& document, const std::string& where,
                       std::vector<ImageBlock>& pages) {
    if (document.bytes.empty()) co_return;
    const auto format = documents::document_format(document.format);
    if (!format) throw errors::validation(fmt::format("{}: not a document's format", where));
    if (door_ == Door::kConverse && document.bytes.size() > documents::kDocumentSizeMaxBytes) {
      throw errors::validation(fmt::format(
          "The document '{}' is larger than 4.5 MB. Send a smaller document.", document.name));
    }
    std::string bytes = std::exchange(document.bytes, {});
    const bool pdf = *format == documents::DocumentFormat::kPdf;
    std::string for_images = pdf && pages_as_images_ ? bytes : std::string();
    std::optional<ApiError> error;
    try {
      documents::DocumentText text = co_await reader_.read(*format, std::move(bytes));
      document.parts = std::move(text.pages);
      if (!for_images.empty()) {
        for (std::string& page : co_await reader_.render_pages(std::move(for_images))) {
          pages.push_back({"png", std::move(page)});
        }
      }
    } catch (const documents::DocumentError& problem) {
      error = documents::refusal(problem, door_, where);
    }
    if (error) throw *error;
  }

  DocumentReader& reader_;
  const Door door_;
  const bool pages_as_images_;
};

}  // namespace

Task<> read_attachments(inference::GenerationRequest& request,
                        const inference::ResolvedModel& resolved, DocumentReader& reader,
                        Door door) {
  auto* conversation = std::get_if<inference::Conversation>(&request.prompt);
  if (conversation == nullptr) co_return;
  const Counts counts = count(*conversation);
  if (counts.documents == 0 && counts.images == 0) co_return;
  check_counts(counts, door);
  const bool sees = resolved.model->features.images && resolved.engine->reads_images();
  Reading reading(reader, door, sees);
  for (std::size_t i = 0; i < conversation->messages.size(); ++i) {
    co_await reading.read_message(conversation->messages[i].content, i);
  }
}

}  // namespace bedplate::operations
