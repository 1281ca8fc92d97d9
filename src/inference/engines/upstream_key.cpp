#include "inference/engines/upstream_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace bedplate::inference {
namespace {

constexpr std::size_t kKeyBytesMax = 8'192;

}  // namespace

std::string read_upstream_key_blocking(const std::string& variable, const std::string& path) {
  std::string key;
  if (!variable.empty()) {
    const char* value = std::getenv(variable.c_str());
    if (!value) {
      throw std::invalid_argument(
          fmt::format("the environment variable {} for the API key is not set", variable));
    }
    key = value;
  } else if (!path.empty()) {
    std::ifstream file(path);
    if (!std::getline(file, key)) {
      throw std::invalid_argument(fmt::format("the API key file {} cannot be read", path));
    }
  } else {
    return {};
  }
  while (!key.empty() && (key.back() == '\r' || key.back() == '\n' || key.back() == ' ')) {
    key.pop_back();
  }
  const bool printable =
      std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7F'; });
  if (key.empty() || key.size() > kKeyBytesMax || !printable) {
    throw std::invalid_argument("the API key is empty, too long or holds odd characters");
  }
  return key;
}

}  // namespace bedplate::inference
