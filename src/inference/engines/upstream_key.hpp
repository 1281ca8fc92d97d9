// The key that a server elsewhere wants.
#pragma once

#include <string>

namespace bedplate::inference {

/// From the environment variable named `variable`, else from the first line of `file`; nothing when
/// both are empty. Throws std::invalid_argument with a text for the operator, which never holds the
/// key.
std::string read_upstream_key_blocking(const std::string& variable, const std::string& file);

}  // namespace bedplate::inference
