// Text that grows up to a limit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "documents/document_error.hpp"

namespace bedplate::documents {

class BoundedText {
 public:
  explicit BoundedText(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Throws DocumentError (kTooLarge) beyond the limit.
  void append(std::string_view more) {
    if (more.size() > bytes_max_ - text_.size()) {
      throw DocumentError(DocumentFault::kTooLarge, "the document holds more text than allowed");
    }
    text_ += more;
  }
  std::size_t size() const { return text_.size(); }
  std::string_view view() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  std::size_t bytes_max_;
  std::string text_;
};

}  // namespace bedplate::documents
