#include "app/reporting.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>

namespace bedplate::app {

int reporting(const std::function<int()>& command) {
  try {
    return command();
  } catch (const std::invalid_argument& problem) {
    fmt::print(stderr, "bedplate: {}\n", problem.what());
    return 2;
  } catch (const std::exception& problem) {
    fmt::print(stderr, "bedplate: {}\n", problem.what());
    return 1;
  }
}

}  // namespace bedplate::app
