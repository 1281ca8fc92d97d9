#include "inference/engines/engine_log.hpp"

#include <fstream>
#include <string_view>
#include <system_error>

namespace bedplate::inference {
namespace {

constexpr int kLinesMax = 2'000;
constexpr std::size_t kErrorBytesMax = 500;

/// llama-server writes "0.00.020.999 E llama_model_load: error loading model: …", the argument
/// parser "error: invalid argument: …", and the dynamic loader "…: error while loading shared
/// libraries: …".
std::string_view error_in(std::string_view line) {
  constexpr std::string_view kSeverity = " E ";
  const std::size_t blank = line.find(' ');
  if (blank != std::string_view::npos && line.substr(blank, kSeverity.size()) == kSeverity) {
    line.remove_prefix(blank + kSeverity.size());
    return line;
  }
  if (line.starts_with("error") || line.find("error while loading") != std::string_view::npos) {
    return line;
  }
  return {};
}

}  // namespace

void bound_log_blocking(const std::filesystem::path& path, std::int64_t size_max_bytes) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path, ignored);
  if (ignored || static_cast<std::int64_t>(size) <= size_max_bytes) return;
  std::filesystem::path older = path;
  older += ".1";
  std::filesystem::copy_file(path, older, std::filesystem::copy_options::overwrite_existing,
                             ignored);
  std::filesystem::resize_file(path, 0, ignored);
}

std::string first_error_blocking(const std::filesystem::path& path, std::int64_t offset_bytes) {
  std::ifstream file(path);
  file.seekg(offset_bytes);
  std::string line;
  for (int i = 0; i < kLinesMax && std::getline(file, line); ++i) {
    std::string error(error_in(line));
    if (error.size() > kErrorBytesMax) error.resize(kErrorBytesMax);
    if (!error.empty()) return error;
  }
  return {};
}

}  // namespace bedplate::inference
