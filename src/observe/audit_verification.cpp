#include "observe/audit_verification.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "observe/audit_files.hpp"

namespace bedplate::observe {
namespace fs = std::filesystem;
namespace {

using Kind = AuditFinding::Kind;
using Piece = AuditLineReader::Piece;

std::vector<AuditFile> files_of(const fs::path& directory) {
  std::vector<AuditFile> files = list_audit_files_blocking(directory);
  if (files.empty() && !fs::exists(directory / kAuditHeadName)) {
    throw std::runtime_error(fmt::format("there is no audit log in {}", directory.string()));
  }
  return files;
}

std::string lines_text(std::uint64_t from, std::uint64_t to) {
  return from == to ? fmt::format("line {}", from) : fmt::format("lines {} to {}", from, to);
}

class Verifier {
 public:
  Verifier(const fs::path& directory, std::string_view key) : directory_(directory), key_(key) {}

  AuditVerification run_blocking() {
    // The head first: a server that writes meanwhile only adds lines to what it promises.
    bool wrong = false;
    head_ = read_audit_head_blocking(directory_, key_, wrong);
    files_ = files_of(directory_);
    if (!head_) {
      find(Kind::kHead, directory_ / kAuditHeadName, 0,
           wrong ? "the head was changed, or another key sealed it" : "the head is missing");
    }
    for (at_ = 0; at_ < files_.size() && !result_.finding; ++at_) read_file_blocking(files_[at_]);
    if (!result_.finding && head_ && result_.last < head_->last.number) {
      find(Kind::kTruncated, files_.empty() ? directory_ : files_.back().path, 0,
           fmt::format("the log ends before {}, which its head tells of",
                       lines_text(result_.last + 1, head_->last.number)));
    }
    return std::move(result_);
  }

 private:
  void find(Kind kind, const fs::path& file, std::uint64_t line, std::string text) {
    if (!result_.finding) result_.finding = AuditFinding{kind, file, line, std::move(text)};
  }

  void read_file_blocking(const AuditFile& file) {
    AuditLineReader reader(file.path);
    std::string text;
    std::uint64_t number = 0;
    ++result_.files;
    for (;;) {
      const Piece piece = reader.next_blocking(text);
      if (piece == Piece::kEnd) return;
      ++number;
      if (piece == Piece::kTooLong) {
        return find(Kind::kChanged, file.path, number, "this is no line of the log");
      }
      if (piece == Piece::kTorn) return torn(file, number);
      check(file, number, text);
      if (result_.finding) return;
    }
  }

  /// Half a line at the very end is one that is being written; what the head tells of is whole.
  void torn(const AuditFile& file, std::uint64_t number) {
    const bool newest = at_ + 1 == files_.size();
    if (newest && (!head_ || result_.last >= head_->last.number)) return;
    find(Kind::kTruncated, file.path, number, "the line is cut off");
  }

  void check(const AuditFile& file, std::uint64_t number, const std::string& text) {
    const auto line = read_audit_line(key_, text);
    if (!line || !line->sealed) {
      return find(Kind::kChanged, file.path, number,
                  line ? "the seal is wrong: the line was changed, or forged"
                       : "this is no line of the log");
    }
    const std::uint64_t expected = expected_number(*line);
    if (line->number != expected) return out_of_order(file, number, line->number, expected);
    if (result_.last != 0 && line->previous != result_.hash) {
      return find(Kind::kChanged, file.path, number,
                  "the line before it is not the one that it was written after");
    }
    if (result_.first == 0) result_.first = line->number;
    result_.last = line->number;
    result_.hash = audit_line_hash(text);
    ++result_.lines;
  }

  /// The first line's number is the head's to say, except for files that retention is about to
  /// drop.
  std::uint64_t expected_number(const AuditLine& line) const {
    if (result_.last != 0) return result_.last + 1;
    if (!head_ || line.number < head_->first) return line.number;
    return head_->first;
  }

  void out_of_order(const AuditFile& file, std::uint64_t number, std::uint64_t found,
                    std::uint64_t expected) {
    if (found < expected || stands_later_blocking(expected)) {
      return find(Kind::kReordered, file.path, number,
                  fmt::format("line {} stands where line {} should", found, expected));
    }
    find(Kind::kMissing, file.path, number,
         fmt::format("{} before it {} missing", lines_text(expected, found - 1),
                     expected + 1 == found ? "is" : "are"));
  }

  bool stands_later_blocking(std::uint64_t wanted) const {
    std::string text;
    for (std::size_t i = at_; i < files_.size(); ++i) {
      AuditLineReader reader(files_[i].path);
      while (reader.next_blocking(text) == Piece::kLine) {
        const auto line = read_audit_line(key_, text);
        if (line && line->sealed && line->number == wanted) return true;
      }
    }
    return false;
  }

  const fs::path& directory_;
  std::string_view key_;
  std::optional<AuditHead> head_;
  std::vector<AuditFile> files_;
  std::size_t at_ = 0;
  AuditVerification result_;
};

/// The first line that the head tells of; 0: there is no head.
std::uint64_t first_line_blocking(const fs::path& directory, std::string_view key) {
  bool wrong = false;
  const auto head = read_audit_head_blocking(directory, key, wrong);
  return head ? head->first : 0;
}

}  // namespace

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kHead:
      return "head";
    case Kind::kChanged:
      return "changed";
    case Kind::kMissing:
      return "missing";
    case Kind::kReordered:
      return "reordered";
    case Kind::kTruncated:
      return "truncated";
  }
  return "";
}

AuditVerification verify_audit_log_blocking(const fs::path& directory, std::string_view key) {
  // A running server may drop old files while they are read; its head has moved on then.
  constexpr int kAttemptsMax = 3;
  for (int attempt = 1;; ++attempt) {
    const std::uint64_t first = first_line_blocking(directory, key);
    const auto dropped = [&] {
      return attempt < kAttemptsMax && first_line_blocking(directory, key) != first;
    };
    try {
      AuditVerification result = Verifier(directory, key).run_blocking();
      if (!result.finding || !dropped()) return result;
    } catch (const std::runtime_error&) {
      if (!dropped()) throw;
    }
  }
}

void each_audit_event_blocking(const fs::path& directory,
                               const std::function<bool(std::string_view event)>& visit) {
  for (const AuditFile& file : files_of(directory)) {
    if (!fs::exists(file.path)) continue;  // dropped by the server meanwhile
    AuditLineReader reader(file.path);
    std::string text;
    while (reader.next_blocking(text) == Piece::kLine) {
      const auto line = read_audit_line({}, text);
      if (line && !visit(line->event)) return;
    }
  }
}

}  // namespace bedplate::observe
