// `bedplate audit verify` and `bedplate audit show`: the audit log, read beside a running server or
// without one.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/reporting.hpp"
#include "identity/credential_store.hpp"
#include "observe/audit_verification.hpp"

namespace bedplate::app {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

/// The key that seals the lines. Nothing is made when there is none: a new key fits no log.
std::string audit_key_blocking(const Configuration& configuration) {
  const fs::path file = configuration.data_dir / identity::CredentialStore::kFileName;
  if (!fs::exists(file)) {
    throw std::runtime_error(fmt::format(
        "there is no {}: the key that seals the audit log is derived from it", file.string()));
  }
  const MachineClock clock;
  const auto store =
      identity::CredentialStore::open_blocking(configuration.data_dir.string(), clock);
  return store->derived_key(observe::kAuditKeyPurpose);
}

/// As far as the text goes: times of one form compare as texts.
std::string checked_since(const std::string& text) {
  if (text.empty()) return text;
  const std::string whole = text.size() == 10 ? text + "T00:00:00Z" : text;
  if (!parse_iso8601_s(whole)) {
    throw std::invalid_argument(
        fmt::format("'{}' is neither 2026-01-02 nor 2026-01-02T03:04:05Z", text));
  }
  return whole;
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

bool is_by(const json::object& event, const std::string& user) {
  const json::value* identity = event.if_contains("userIdentity");
  if (identity == nullptr || !identity->is_object()) return false;
  const json::object& who = identity->get_object();
  return text_of(who, "userName") == user || text_of(who, "arn").find(user) != std::string::npos;
}

bool matches(const json::object& event, const AuditShowOptions& options, const std::string& since) {
  if (text_of(event, "eventTime") < since) return false;
  if (!options.event_name.empty() && text_of(event, "eventName") != options.event_name) {
    return false;
  }
  if (!options.user.empty() && !is_by(event, options.user)) return false;
  return !options.errors || event.contains("errorCode");
}

}  // namespace

int audit_verify_command(const Configuration& configuration) {
  return reporting([&] {
    const fs::path& directory = configuration.audit.log.directory;
    const auto result =
        observe::verify_audit_log_blocking(directory, audit_key_blocking(configuration));
    if (result.finding) {
      const auto& finding = *result.finding;
      const std::string where = finding.line > 0
                                    ? fmt::format("{}:{}", finding.file.string(), finding.line)
                                    : finding.file.string();
      fmt::print("{}: {}: {}\n", where, name_of(finding.kind), finding.text);
      fmt::print("The lines before it are as they were written: {}.\n", result.lines);
      return 1;
    }
    if (result.lines == 0) {
      fmt::print("{}: the log has no lines yet.\n", directory.string());
      return 0;
    }
    fmt::print("{}: {} lines in {} files, numbers {} to {}: nobody has changed them.\nHead: {}\n",
               directory.string(), result.lines, result.files, result.first, result.last,
               result.hash);
    return 0;
  });
}

int audit_show_command(const Configuration& configuration, const AuditShowOptions& options) {
  return reporting([&] {
    const std::string since = checked_since(options.since);
    observe::each_audit_event_blocking(
        configuration.audit.log.directory, [&](std::string_view text) {
          boost::system::error_code error;
          const json::value event = json::parse(text, error);
          if (error || !event.is_object() || !matches(event.get_object(), options, since)) {
            return true;
          }
          return fmt::print("{}\n", text), std::ferror(stdout) == 0;
        });
    return 0;
  });
}

}  // namespace bedplate::app
