#include "observe/audit_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "base/log.hpp"

namespace bedplate::observe {
namespace fs = std::filesystem;
namespace {

constexpr mode_t kFileMode = 0600;
constexpr std::size_t kDayCharacters = 10;
constexpr std::uint64_t kTailBytes = 4 * kAuditLineBytesMax;

std::string day_of(Timestamp now) {
  return format_iso8601_s(now).substr(0, kDayCharacters);
}

std::runtime_error cannot_use(const fs::path& path, const std::string& why) {
  return std::runtime_error(fmt::format("the audit log cannot use {}: {}", path.string(), why));
}

Descriptor open_file(const fs::path& path, int flags) {
  Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, kFileMode));
  if (!file) throw cannot_use(path, std::strerror(errno));
  return file;
}

/// Writes all of `text`; an empty text when it went well, else the cause.
std::string write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return std::strerror(errno);
    if (written == 0) return "nothing could be written";
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// A new file's name lasts only when its directory has been written, too.
void sync_directory(const fs::path& directory) {
  const Descriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
}

}  // namespace

AuditLog::AuditLog(AuditLogOptions options, std::string key, Timestamp now)
    : options_(std::move(options)), key_(std::move(key)) {
  std::error_code error;
  const bool made = fs::create_directories(options_.directory, error);
  if (!error && made) fs::permissions(options_.directory, fs::perms::owner_all, error);
  if (error) throw cannot_use(options_.directory, error.message());
  recover_blocking();
  open_head_blocking();
  drop_old_files_blocking(now);
}

void AuditLog::recover_blocking() {
  bool wrong = false;
  const auto head = read_audit_head_blocking(options_.directory, key_, wrong);
  const std::vector<AuditFile> files = list_audit_files_blocking(options_.directory);
  if (head) head_.first = head->first;
  if (!head && !files.empty()) {
    head_.first = files.front().first;
    notices_.push_back({wrong ? "AuditLogHeadWrong" : "AuditLogHeadMissing",
                        fmt::format(R"({{"firstLine":{}}})", head_.first)});
  }
  // The newest file may hold nothing but a torn line; then the one before it has the last line.
  for (auto file = files.rbegin(); file != files.rend() && head_.last.number == 0; ++file) {
    adopt_tail_blocking(*file, head ? head->last.number : 0);
  }
  if (head && head->last.number > head_.last.number) {
    notices_.push_back(
        {"AuditLogLinesMissing", fmt::format(R"({{"firstLine":{},"lastLine":{}}})",
                                             head_.last.number + 1, head->last.number)});
    if (head_.last.number == 0) head_.last = head->last;
    next_number_ = head->last.number + 1;
  } else {
    next_number_ = head_.last.number + 1;
  }
}

void AuditLog::adopt_tail_blocking(const AuditFile& file, std::uint64_t number_known) {
  const std::string last = cut_torn_line_blocking(file);
  if (last.empty()) return;
  const auto line = read_audit_line(key_, last);
  head_.last.hash = audit_line_hash(last);
  if (!line || !line->sealed) {
    // Left as it is for `bedplate audit verify`; what follows goes into a file of its own.
    head_.last.number = std::max(file.first, number_known);
    notices_.push_back(
        {"AuditLogLineWrong", fmt::format(R"({{"file":"{}"}})", file.path.filename().string())});
    return;
  }
  head_.last.number = line->number;
  if (file_) return;
  file_ = open_file(file.path, O_WRONLY | O_APPEND);
  file_day_ = file.day;
  file_bytes_ = fs::file_size(file.path);
}

/// Hands back the last whole line. Bytes after it, which a crash or a full disk has left, are moved
/// into a file beside.
std::string AuditLog::cut_torn_line_blocking(const AuditFile& file) {
  // The last lines are enough, however long the file is.
  const std::uint64_t bytes = fs::file_size(file.path);
  std::uint64_t kept_bytes = bytes > kTailBytes ? bytes - kTailBytes : 0;
  AuditLineReader reader(file.path, kept_bytes);
  std::string text, last;
  AuditLineReader::Piece piece;
  while ((piece = reader.next_blocking(text)) == AuditLineReader::Piece::kLine) {
    kept_bytes += text.size() + 1;
    last.swap(text);
  }
  if (piece == AuditLineReader::Piece::kTooLong) return "no line of ours";
  if (piece != AuditLineReader::Piece::kTorn) return last;
  const fs::path aside = file.path.string() + fmt::format(".torn-{}", kept_bytes);
  const Descriptor kept = open_file(aside, O_WRONLY | O_CREAT | O_TRUNC);
  if (const std::string problem = write_all(kept.get(), text); !problem.empty()) {
    throw cannot_use(aside, problem);
  }
  ::fsync(kept.get());
  if (::truncate(file.path.c_str(), static_cast<off_t>(kept_bytes)) != 0) {
    throw cannot_use(file.path, std::strerror(errno));
  }
  notices_.push_back({"AuditLogTornLine", fmt::format(R"({{"bytes":{},"keptIn":"{}"}})",
                                                      text.size(), aside.filename().string())});
  return last;
}

void AuditLog::open_head_blocking() {
  const fs::path path = options_.directory / kAuditHeadName;
  head_file_ = open_file(path, O_WRONLY | O_CREAT);
  if (!write_head_blocking()) throw cannot_use(path, "it cannot be written");
  sync_directory(options_.directory);
}

bool AuditLog::write_head_blocking() {
  const std::string text = render_audit_head(key_, head_);
  const ssize_t written = ::pwrite(head_file_.get(), text.data(), text.size(), 0);
  return written == static_cast<ssize_t>(text.size()) && ::fdatasync(head_file_.get()) == 0;
}

void AuditLog::begin_file_blocking(Timestamp now) {
  if (file_) ::fdatasync(file_.get());
  const fs::path path = options_.directory / audit_file_name(next_number_, now);
  file_ = open_file(path, O_WRONLY | O_APPEND | O_CREAT);
  file_day_ = day_of(now);
  file_bytes_ = fs::file_size(path);
  sync_directory(options_.directory);
  drop_old_files_blocking(now);
}

void AuditLog::drop_old_files_blocking(Timestamp now) {
  if (options_.keep_days == 0 && options_.keep_files == 0) return;
  const std::vector<AuditFile> files = list_audit_files_blocking(options_.directory);
  const std::string oldest = day_of(now - std::chrono::days(options_.keep_days));
  std::size_t dropped = 0;
  // A file ends when the next one begins; the newest is never dropped.
  while (dropped + 1 < files.size() &&
         ((options_.keep_files != 0 && files.size() - dropped > options_.keep_files) ||
          (options_.keep_days != 0 && files[dropped + 1].day < oldest))) {
    ++dropped;
  }
  if (dropped == 0) return;
  // The head first: lines that it does not ask for may be there, the other way round is a loss.
  head_.first = files[dropped].first;
  if (!write_head_blocking()) return;
  for (std::size_t i = 0; i < dropped; ++i) {
    std::error_code error;
    fs::remove(files[i].path, error);
  }
  notices_.push_back({"AuditLogFilesExpired",
                      fmt::format(R"({{"files":{},"firstLine":{}}})", dropped, head_.first)});
}

std::string AuditLog::write_blocking(std::string_view text) {
  std::string problem = write_all(file_.get(), text);
  if (problem.empty()) {
    file_bytes_ += text.size();
    return problem;
  }
  // A part of it may be there: half a line would read as damage.
  if (::ftruncate(file_.get(), static_cast<off_t>(file_bytes_)) != 0) {
    problem += fmt::format("; and what was written of it stays: {}", std::strerror(errno));
  }
  return problem;
}

AuditLog::Appended AuditLog::append_blocking(std::span<const std::string> events, Timestamp now) {
  Appended done;
  while (done.count < events.size()) {
    try {
      if (!file_ || file_day_ != day_of(now) || file_bytes_ >= options_.file_bytes_max) {
        begin_file_blocking(now);
      }
    } catch (const std::runtime_error& problem) {
      done.problem = problem.what();
      return done;
    }
    std::string text;
    ChainPoint last = head_.last;
    std::uint64_t number = next_number_;
    std::size_t count = 0;
    while (done.count + count < events.size() &&
           file_bytes_ + text.size() < options_.file_bytes_max) {
      const std::string line = make_audit_line(key_, number, last.hash, events[done.count + count]);
      last.hash = audit_line_hash(line);
      last.number = number++;
      text += line;
      text += '\n';
      ++count;
    }
    done.problem = write_blocking(text);
    if (!done.problem.empty()) return done;
    head_.last = std::move(last);
    next_number_ = number;
    done.count += count;
  }
  return done;
}

bool AuditLog::sync_blocking() {
  if (file_ && ::fdatasync(file_.get()) != 0) {
    log::error("the audit log cannot be synced: {}", std::strerror(errno));
    return false;
  }
  if (write_head_blocking()) return true;
  log::error("the head of the audit log cannot be written: {}", std::strerror(errno));
  return false;
}

std::vector<AuditNotice> AuditLog::take_notices() {
  return std::exchange(notices_, {});
}

}  // namespace bedplate::observe
