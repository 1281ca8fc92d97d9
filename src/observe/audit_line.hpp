// One line of the audit log, and how lines hold together (docs/audit.md, "The chain").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bedplate::observe {

/// Where a chain stands after a line.
struct ChainPoint {
  std::uint64_t number = 0;  ///< of the last line; 0 before the first
  std::string hash;          ///< SHA-256 of the last line's text, in hex; 64 zeros before the first

  ChainPoint();
};

/// What a line says of itself. The views are into the line's text.
struct AuditLine {
  std::uint64_t number = 0;
  std::string_view previous;  ///< the hash of the line before it
  std::string_view event;     ///< JSON
  bool sealed = false;        ///< the seal is of this server's key, over all that stands before it
};

/// The line that follows `last`: `{"number":…,"previous":"…","event":…,"seal":"…"}`, without the
/// newline. `number` is the line's own: one more than the last one's unless lines were lost.
std::string make_audit_line(std::string_view key, std::uint64_t number, std::string_view previous,
                            std::string_view event);

/// Nothing when `text` has another form.
std::optional<AuditLine> read_audit_line(std::string_view key, std::string_view text);

/// SHA-256 of a line's text, in hex.
std::string audit_line_hash(std::string_view text);

/// HMAC-SHA256 in hex.
std::string audit_seal(std::string_view key, std::string_view text);

}  // namespace bedplate::observe
