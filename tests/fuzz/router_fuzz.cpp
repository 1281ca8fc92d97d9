// Request targets: each leads to an operation with all of its labels, or is refused with an
// ApiError.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/api_error.hpp"
#include "protocol/router.hpp"

// The method, a space and the target.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bedplate;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return 0;
  try {
    const auto found = protocol::route(line.substr(0, space), line.substr(space + 1));
    const std::string_view pattern = found.operation->path;
    const auto labels = std::size_t(std::count(pattern.begin(), pattern.end(), '{'));
    if (found.operation->method != line.substr(0, space)) std::abort();
    if (found.labels.size() != labels) std::abort();
  } catch (const ApiError&) {
  }
  return 0;
}
