#include "app/section.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <set>
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace bedplate::app {
namespace fs = std::filesystem;

fs::path home_directory() {
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? fs::path(home) : fs::path("/");
}

fs::path expand_home(const std::string& text, const fs::path& relative_to) {
  if (text.starts_with("~/")) return home_directory() / text.substr(2);
  const fs::path path(text);
  return path.is_absolute() ? path : relative_to / path;
}

struct Section::State {
  struct File {
    fs::path path;
    toml::table root;
  };

  const toml::node* find(std::string_view key) {
    known.emplace(key);
    return table->get(key);
  }
  std::string path(std::string_view key) const {
    return name.empty() ? std::string(key) : fmt::format("{}.{}", name, key);
  }
  std::invalid_argument at(const toml::node& node, const std::string& what) const {
    return std::invalid_argument(
        fmt::format("{}:{}: {}", file->path.string(), node.source().begin.line, what));
  }
  template <class T>
  std::optional<T> get(std::string_view key, const char* expected) {
    const toml::node* node = find(key);
    if (node == nullptr) return std::nullopt;
    const auto value = node->value_exact<T>();
    if (!value) throw at(*node, fmt::format("'{}' must be {}", path(key), expected));
    return value;
  }
  std::shared_ptr<State> below(const toml::table& child, std::string_view key) const {
    return std::make_shared<State>(State{file, &child, path(key), {}});
  }

  std::shared_ptr<const File> file;
  const toml::table* table;  ///< of the file
  std::string name;          ///< empty: the root
  std::set<std::string> known;
};

Section Section::of_file_blocking(const fs::path& path) {
  if (!fs::is_regular_file(path)) {
    throw std::invalid_argument(fmt::format("{} is not a file", path.string()));
  }
  try {
    auto file = std::make_shared<State::File>(State::File{path, toml::parse_file(path.string())});
    const toml::table* root = &file->root;
    return Section(std::make_shared<State>(State{std::move(file), root, "", {}}));
  } catch (const toml::parse_error& problem) {
    throw std::invalid_argument(fmt::format("{}:{}: {}", path.string(), problem.source().begin.line,
                                            problem.description()));
  }
}

std::optional<std::string> Section::text(std::string_view key) {
  return state_->get<std::string>(key, "a text in quotes");
}

std::optional<bool> Section::flag(std::string_view key) {
  return state_->get<bool>(key, "true or false");
}

std::optional<std::int64_t> Section::integer(std::string_view key, std::int64_t min,
                                             std::int64_t max) {
  const auto value = state_->get<std::int64_t>(key, "a whole number");
  if (value && (*value < min || *value > max)) {
    throw state_->at(*state_->find(key),
                     fmt::format("'{}' must be from {} to {}", state_->path(key), min, max));
  }
  return value;
}

std::optional<fs::path> Section::path(std::string_view key) {
  const auto written = text(key);
  if (!written) return std::nullopt;
  return expand_home(*written, fs::absolute(state_->file->path).parent_path());
}

std::vector<std::string> Section::texts(std::string_view key) {
  std::vector<std::string> out;
  const toml::node* node = state_->find(key);
  if (node == nullptr) return out;
  const auto refuse = [&](const toml::node& at) {
    return state_->at(at, fmt::format("'{}' must be a list of texts", state_->path(key)));
  };
  const toml::array* list = node->as_array();
  if (list == nullptr) throw refuse(*node);
  for (const toml::node& item : *list) {
    const auto text = item.value_exact<std::string>();
    if (!text) throw refuse(item);
    out.push_back(*text);
  }
  return out;
}

std::optional<Section> Section::section(std::string_view key) {
  const toml::node* node = state_->find(key);
  if (node == nullptr) return std::nullopt;
  const toml::table* table = node->as_table();
  if (table == nullptr) {
    throw state_->at(*node, fmt::format("'{}' must be a table", state_->path(key)));
  }
  return Section(state_->below(*table, key));
}

std::vector<Section> Section::sections(std::string_view key) {
  std::vector<Section> out;
  const toml::node* node = state_->find(key);
  if (node == nullptr) return out;
  const std::string path = state_->path(key);
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    throw state_->at(*node, fmt::format("'{}' must be written as [[{}]]", path, path));
  }
  for (const toml::node& item : *list) {
    if (!item.is_table()) throw state_->at(item, fmt::format("'{}' must hold tables", path));
    out.push_back(Section(state_->below(*item.as_table(), key)));
  }
  return out;
}

std::vector<std::string> Section::keys() const {
  std::vector<std::string> out;
  for (const auto& [key, value] : *state_->table) out.emplace_back(key.str());
  return out;
}

void Section::read(std::string_view key, std::chrono::milliseconds& value, std::int64_t min_ms) {
  constexpr std::int64_t kDayMs = 86'400'000;
  if (const auto n = integer(key, min_ms, kDayMs)) value = std::chrono::milliseconds(*n);
}

void Section::read(std::string_view key, std::size_t& value, std::int64_t min, std::int64_t max) {
  if (const auto n = integer(key, min, max)) value = static_cast<std::size_t>(*n);
}

void Section::refuse_unknown() const {
  for (const auto& [key, value] : *state_->table) {
    if (!state_->known.contains(std::string(key.str()))) {
      throw state_->at(value, fmt::format("unknown key '{}'", state_->path(key.str())));
    }
  }
}

std::invalid_argument Section::error(const std::string& what) const {
  return state_->at(*state_->table, what);
}

}  // namespace bedplate::app
