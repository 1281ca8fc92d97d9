// `[engines.NAME]` and `[[bindings]]` of the configuration.
#pragma once

#include <string>

#include "app/configuration.hpp"
#include "app/section.hpp"

namespace bedplate::app {

inference::EngineOptions read_engine(Section section, const std::string& name);
/// The engines have been read.
inference::Binding read_binding(Section section, const Configuration& configuration);

}  // namespace bedplate::app
