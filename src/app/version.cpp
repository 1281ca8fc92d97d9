#include "app/version.hpp"

namespace bedplate::app {

std::string version_text() {
  return "bedplate " BEDPLATE_VERSION;
}

}  // namespace bedplate::app
