// Identifiers in the shapes AWS gives them.
#pragma once

#include <string>

namespace bedplate {

std::string random_uuid();               ///< version 4, e.g. a request id
std::string random_base62(std::size_t);  ///< upper, lower case and digits
std::string random_tool_use_id();        ///< "tooluse_" and 22 base64url characters

}  // namespace bedplate
