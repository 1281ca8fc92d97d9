// Data files that are part of the binary (CMake's bedplate_embed puts them there).
#pragma once

#include <string_view>

namespace bedplate::inference::embedded {

std::string_view models_json();
std::string_view inference_profiles_json();

}  // namespace bedplate::inference::embedded
