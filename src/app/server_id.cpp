#include "app/server_id.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

#include "base/ids.hpp"

namespace bedplate::app {
namespace {

constexpr std::size_t kIdCharacters = 20;

std::string read_id_blocking(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string id;
  std::getline(in, id);
  return id;
}

}  // namespace

std::string server_id_blocking(const std::filesystem::path& data_dir) {
  const std::filesystem::path file = data_dir / "server-id";
  std::string id = read_id_blocking(file);
  if (!id.empty()) return id;
  id = random_base36(kIdCharacters);
  // Whole or not at all: a half-written name would be another one.
  const std::filesystem::path temporary = data_dir / "server-id.new";
  {
    std::ofstream out(temporary, std::ios::trunc);
    out << id << '\n';
    out.flush();
    if (!out) throw std::runtime_error(fmt::format("{} cannot be written", temporary.string()));
  }
  std::filesystem::rename(temporary, file);
  return id;
}

}  // namespace bedplate::app
