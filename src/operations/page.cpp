#include "operations/page.hpp"

#include "base/api_error.hpp"
#include "base/bytes.hpp"

namespace bedplate::operations {
namespace {

constexpr std::string_view kMark = "bedplate-page:";

}  // namespace

std::string page_token(const std::string& last_key) {
  return base64_encode(std::string(kMark) + last_key);
}

std::string read_page_token(const std::string& token) {
  const auto text = base64_decode(token);
  if (!text || !text->starts_with(kMark)) {
    throw errors::validation("The provided nextToken is invalid.");
  }
  return text->substr(kMark.size());
}

}  // namespace bedplate::operations
