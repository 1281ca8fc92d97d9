#include "observe/audit_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <stdexcept>

#include "base/bytes.hpp"

namespace bedplate::observe {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPrefix = "audit-";
constexpr std::string_view kSuffix = ".jsonl";
constexpr std::size_t kDayCharacters = 10;
constexpr std::size_t kHeadBytes = 256;
constexpr std::size_t kReadBytes = 1 << 16;
constexpr std::string_view kSeal = R"(,"seal":")";

std::optional<AuditFile> audit_file(const fs::path& path) {
  std::string name = path.filename().string();
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  name = name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
  if (name.size() < kDayCharacters + 2) return std::nullopt;
  AuditFile file{path, 0, name.substr(0, kDayCharacters)};
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + kDayCharacters + 1, end, file.first);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return file;
}

std::optional<AuditHead> parse_head(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(kSeal);
  if (at == std::string_view::npos) return std::nullopt;
  boost::system::error_code error;
  const boost::json::value json = boost::json::parse(text, error);
  if (error || !json.is_object()) return std::nullopt;
  const auto& object = json.get_object();
  const auto* first = object.if_contains("first");
  const auto* number = object.if_contains("number");
  const auto* hash = object.if_contains("hash");
  const auto* seal = object.if_contains("seal");
  if (!first || !number || !hash || !seal || !first->is_int64() || !number->is_int64() ||
      !hash->is_string() || !seal->is_string()) {
    return std::nullopt;
  }
  if (!equal_constant_time(audit_seal(key, text.substr(0, at)), seal->get_string())) {
    return std::nullopt;
  }
  AuditHead head;
  head.first = static_cast<std::uint64_t>(first->get_int64());
  head.last.number = static_cast<std::uint64_t>(number->get_int64());
  head.last.hash = hash->get_string();
  return head;
}

}  // namespace

std::string audit_file_name(std::uint64_t first, Timestamp now) {
  return fmt::format("{}{}-{:012}{}", kPrefix, format_iso8601_s(now).substr(0, kDayCharacters),
                     first, kSuffix);
}

std::vector<AuditFile> list_audit_files_blocking(const fs::path& directory) {
  std::vector<AuditFile> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (auto file = audit_file(entry.path())) files.push_back(std::move(*file));
  }
  std::sort(files.begin(), files.end(),
            [](const AuditFile& a, const AuditFile& b) { return a.first < b.first; });
  return files;
}

std::string render_audit_head(std::string_view key, const AuditHead& head) {
  std::string text = fmt::format(R"({{"first":{},"number":{},"hash":"{}")", head.first,
                                 head.last.number, head.last.hash);
  const std::string seal = audit_seal(key, text);
  text += fmt::format("{}{}\"}}", kSeal, seal);
  text.resize(kHeadBytes - 1, ' ');
  text += '\n';
  return text;
}

std::optional<AuditHead> read_audit_head_blocking(const fs::path& directory, std::string_view key,
                                                  bool& wrong) {
  wrong = false;
  std::ifstream file(directory / kAuditHeadName, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(kHeadBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  std::optional<AuditHead> head = parse_head(text, key);
  wrong = !head;
  return head;
}

AuditLineReader::AuditLineReader(const fs::path& path, std::uint64_t from)
    : file_(path, std::ios::binary) {
  if (from > 0) file_.seekg(static_cast<std::streamoff>(from));
  if (!file_) throw std::runtime_error(fmt::format("{} cannot be read", path.string()));
}

AuditLineReader::Piece AuditLineReader::next_blocking(std::string& text) {
  std::size_t searched = begin_;
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      text.assign(buffer_, begin_, end - begin_);
      begin_ = end + 1;
      return Piece::kLine;
    }
    buffer_.erase(0, begin_);
    begin_ = 0;
    searched = buffer_.size();
    if (buffer_.size() > kAuditLineBytesMax) return Piece::kTooLong;
    buffer_.resize(searched + kReadBytes);
    file_.read(buffer_.data() + searched, kReadBytes);
    buffer_.resize(searched + static_cast<std::size_t>(file_.gcount()));
    if (buffer_.size() == searched) {
      text.swap(buffer_);
      buffer_.clear();
      return text.empty() ? Piece::kEnd : Piece::kTorn;
    }
  }
}

}  // namespace bedplate::observe
