// The audit log on disk: lines appended to the newest of its files, each sealed and chained to the
// one before. Belongs to one thread.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "observe/audit_files.hpp"

namespace bedplate::observe {

struct AuditLogOptions {
  std::filesystem::path directory;
  std::uint64_t file_bytes_max = 64 << 20;
  int keep_days = 0;           ///< whole days; 0: for ever
  std::size_t keep_files = 0;  ///< 0: all
};

/// Something the log did or found that whoever audits must know of: it becomes an event itself.
struct AuditNotice {
  std::string name;     ///< AuditLogTornLine, AuditLogLinesMissing, …
  std::string details;  ///< a JSON object
};

class AuditLog {
 public:
  /// Opens the log, or begins one (directory 0700, files 0600), and mends what a crash has left: a
  /// torn last line is moved into a file of its own. `key` seals. Throws std::runtime_error with a
  /// text for the operator.
  AuditLog(AuditLogOptions options, std::string key, Timestamp now);

  struct Appended {
    std::size_t count = 0;  ///< events that are on the disk's side now, from the first
    std::string problem;    ///< empty: all of them
  };
  /// Appends a line for each event. What could not be written leaves no trace in the files.
  Appended append_blocking(std::span<const std::string> events, Timestamp now);

  /// Has the disk keep what was appended, and moves the head on. False, with the cause in the log
  /// of the server, when it cannot.
  bool sync_blocking();

  /// What there is to tell since the last call.
  std::vector<AuditNotice> take_notices();

 private:
  void recover_blocking();
  void adopt_tail_blocking(const AuditFile& file, std::uint64_t number_known);
  std::string cut_torn_line_blocking(const AuditFile& file);
  void open_head_blocking();
  bool write_head_blocking();
  void begin_file_blocking(Timestamp now);
  void drop_old_files_blocking(Timestamp now);
  std::string write_blocking(std::string_view text);

  AuditLogOptions options_;
  std::string key_;
  AuditHead head_;  ///< what the next head will say
  std::uint64_t next_number_ = 1;
  Descriptor head_file_;
  Descriptor file_;  ///< none: the next line begins a file
  std::string file_day_;
  std::uint64_t file_bytes_ = 0;
  std::vector<AuditNotice> notices_;
};

}  // namespace bedplate::observe
