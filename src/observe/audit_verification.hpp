// Whether an audit log is whole and nobody has changed it. Works beside a server that writes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bedplate::observe {

/// The first thing that is wrong.
struct AuditFinding {
  enum class Kind {
    kHead,       ///< head.json is missing or not ours
    kChanged,    ///< a line's text is not what was written, or somebody else wrote it
    kMissing,    ///< lines were taken out, or a file was
    kReordered,  ///< a line stands where another one should
    kTruncated,  ///< the log ends before its last line
  };
  Kind kind;
  std::filesystem::path file;  ///< empty: the log as a whole
  std::uint64_t line = 0;      ///< of the file, from 1; 0: the file as a whole
  std::string text;            ///< for the operator
};
std::string_view name_of(AuditFinding::Kind kind);

struct AuditVerification {
  std::optional<AuditFinding> finding;
  std::size_t files = 0;
  std::uint64_t lines = 0;            ///< that are right, up to the first finding
  std::uint64_t first = 0, last = 0;  ///< their numbers
  std::string hash;                   ///< of the last one
};

/// Walks the whole chain. Throws std::runtime_error when there is no log or it cannot be read.
AuditVerification verify_audit_log_blocking(const std::filesystem::path& directory,
                                            std::string_view key);

/// Calls `visit` with each event (JSON), oldest first, until it returns false; nothing is verified.
void each_audit_event_blocking(const std::filesystem::path& directory,
                               const std::function<bool(std::string_view event)>& visit);

}  // namespace bedplate::observe
