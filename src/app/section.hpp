// One table of the configuration file. Which library reads TOML is section.cpp's business alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bedplate::app {

/// A path as people write it: `~/` is their home, and what is not absolute is below `relative_to`.
std::filesystem::path expand_home(const std::string& text,
                                  const std::filesystem::path& relative_to);
std::filesystem::path home_directory();

/// Every key must be asked for: refuse_unknown() makes a typo an error, not a silence. Readers
/// throw std::invalid_argument with the file and the line. Copies are the same table.
class Section {
 public:
  /// The whole of a file. Throws std::invalid_argument when it is no TOML.
  static Section of_file_blocking(const std::filesystem::path& file);

  std::optional<std::string> text(std::string_view key);
  std::optional<bool> flag(std::string_view key);
  /// Both ends are allowed.
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max);
  /// Relative ones are below the folder of the file.
  std::optional<std::filesystem::path> path(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  std::optional<Section> section(std::string_view key);
  std::vector<Section> sections(std::string_view key);  ///< `[[key]]`
  std::vector<std::string> keys() const;

  /// Leaves `value` as it is when the key is not there. At most a day.
  void read(std::string_view key, std::chrono::milliseconds& value, std::int64_t min_ms = 1);
  void read(std::string_view key, std::size_t& value, std::int64_t min, std::int64_t max);

  void refuse_unknown() const;
  std::invalid_argument error(const std::string& what) const;  ///< about this table

 private:
  struct State;
  explicit Section(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

}  // namespace bedplate::app
