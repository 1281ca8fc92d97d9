// Forms with files, as browsers and OpenAI's clients send them: multipart/form-data. Facts: RFC
// 7578, RFC 2046 section 5.1, and the WHATWG's HTML for how names are escaped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bedplate::operations {

/// One part of a form. `content` points into the body.
struct FormPart {
  std::string name;
  bool is_file = false;  ///< it came with a file's name
  std::string_view content;
};

/// The parts of a form in their order, at most kFormPartsMax. `content_type` is the request's
/// header; `body` must outlive the parts. Throws ApiError 400 when the one names no boundary or the
/// other is no whole form.
inline constexpr std::size_t kFormPartsMax = 64;
std::vector<FormPart> read_form_data(std::string_view content_type, std::string_view body);

}  // namespace bedplate::operations
