// Page tokens: opaque to clients, the last key of the page before to us.
#pragma once

#include <string>

namespace bedplate::operations {

std::string page_token(const std::string& last_key);
/// Throws ValidationException for anything that page_token() did not make.
std::string read_page_token(const std::string& token);

}  // namespace bedplate::operations
