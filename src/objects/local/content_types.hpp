// The content types of files that somebody has put into a bucket's folder by hand.
#pragma once

#include <string>
#include <string_view>

namespace bedplate::objects {

/// What S3 says of an object for which nobody has named a type.
inline constexpr const char* kDefaultContentType = "binary/octet-stream";

/// By the key's extension.
std::string content_type_of(std::string_view key);

}  // namespace bedplate::objects
