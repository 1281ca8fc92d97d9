// An audit log in a directory of its own, for tests.
#pragma once

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "observe/audit_files.hpp"

namespace bedplate::observe {

inline const std::string kTestKey(32, 'k');

class TestDirectory {
 public:
  TestDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "audit-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no directory for the test");
    path_ = name;
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
}

inline std::vector<std::string> lines_of_file(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::istringstream text(text_of_file(path));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

inline void write_lines(const std::filesystem::path& path, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  write_file(path, text);
}

inline std::vector<std::string> some_events(int count, int from = 0) {
  std::vector<std::string> events;
  for (int i = 0; i < count; ++i)
    events.push_back(fmt::format(R"({{"eventName":"E{}"}})", from + i));
  return events;
}

inline Timestamp test_time(int day = 1) {
  return *parse_iso8601_s(fmt::format("2026-03-{:02}T12:00:00Z", day));
}

}  // namespace bedplate::observe
