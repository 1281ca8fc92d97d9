// The files of the audit log: their names, their head, and reading them line by line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "observe/audit_line.hpp"

namespace bedplate::observe {

/// A line is at most this long; longer ones were not written by us.
inline constexpr std::size_t kAuditLineBytesMax = 1 << 20;

struct AuditFile {
  std::filesystem::path path;
  std::uint64_t first = 0;  ///< the number of its first line
  std::string day;          ///< of its first line: 2026-01-02, in UTC
};

/// `audit-2026-01-02-000000000001.jsonl`
std::string audit_file_name(std::uint64_t first, Timestamp now);
/// The log's files in the order of their lines. Other files of the directory are passed over.
std::vector<AuditFile> list_audit_files_blocking(const std::filesystem::path& directory);

/// What the log says of itself beside its lines, sealed like a line: without it, lines cut off at
/// either end of the log would leave no trace.
struct AuditHead {
  std::uint64_t first = 1;  ///< the first line that retention has kept
  ChainPoint last;
};

inline constexpr std::string_view kAuditHeadName = "head.json";
/// Always of the same length, so that writing it needs no new space on the disk.
std::string render_audit_head(std::string_view key, const AuditHead& head);
/// Nothing when there is no head; `wrong` is then set if there is one that is not ours.
std::optional<AuditHead> read_audit_head_blocking(const std::filesystem::path& directory,
                                                  std::string_view key, bool& wrong);

/// Lines of one file. Bounded: a file that is not ours cannot fill the memory.
class AuditLineReader {
 public:
  enum class Piece {
    kLine,     ///< a whole line, without its newline
    kTorn,     ///< the file's last bytes, which no newline ends
    kTooLong,  ///< no line of ours; reading cannot go on
    kEnd,
  };
  /// Begins at byte `from`, which may be within a line. Throws std::runtime_error when the file
  /// cannot be read.
  explicit AuditLineReader(const std::filesystem::path& path, std::uint64_t from = 0);
  Piece next_blocking(std::string& text);

 private:
  std::ifstream file_;
  std::string buffer_;
  std::size_t begin_ = 0;
};

}  // namespace bedplate::observe
