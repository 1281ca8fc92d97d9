// Identifiers in the shapes AWS gives them.
#pragma once

#include <cstddef>
#include <string>

namespace bedplate {

std::string random_uuid();               ///< version 4, e.g. a request id
std::string random_base32(std::size_t);  ///< lower case and 2 to 7
std::string random_base62(std::size_t);  ///< upper, lower case and digits
/// Lower-case letters and digits: ids of most of Bedrock's resources, e.g. "x2m4f1a7kq0z".
std::string random_base36(std::size_t);
std::string random_tool_use_id();  ///< "tooluse_" and 22 base64url characters

}  // namespace bedplate
