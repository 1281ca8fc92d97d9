// The program's version: CMake's project version and, in a git checkout, its commit.
#pragma once

#include <string>

namespace bedplate::app {

std::string version_text();  ///< "bedplate 0.1.0"

}  // namespace bedplate::app
