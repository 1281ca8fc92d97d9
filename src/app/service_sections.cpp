#include "app/service_sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace bedplate::app {

void read_limits(Section section, wire::Limits& limits) {
  section.read("header_bytes_max", limits.header_bytes_max, 1, 1 << 20);
  section.read("body_bytes_max", limits.body_bytes_max, 1, 1'000'000'000);
  section.read("bodies_bytes_max", limits.bodies_bytes_max, 1, 1'000'000'000'000);
  section.read("connections_max", limits.connections_max, 1, 1'000'000);
  section.read("idle_timeout_ms", limits.idle_timeout);
  section.read("header_timeout_ms", limits.header_timeout);
  section.read("body_timeout_ms", limits.body_timeout);
  section.read("write_timeout_ms", limits.write_timeout);
  section.refuse_unknown();
}

void read_tls(Section section, Configuration& configuration) {
  configuration.generate_tls_certificate = section.flag("generate").value_or(false);
  const auto certificate = section.path("certificate");
  const auto key = section.path("private_key");
  if (certificate && key) {
    configuration.listen.tls = wire::TlsFiles{certificate->string(), key->string()};
  }
  if (certificate.has_value() != key.has_value() ||
      (certificate && configuration.generate_tls_certificate)) {
    throw section.error("[tls] takes generate = true, or 'certificate' and 'private_key'");
  }
  section.refuse_unknown();
}

void read_storage(Section section, storage::StoreOptions& storage) {
  using Kind = storage::StoreOptions::Kind;
  storage.url = section.text("url").value_or("");
  storage.password_env = section.text("password_env").value_or("");
  if (const auto file = section.path("password_file")) storage.password_file = *file;
  const std::string kind =
      section.text("kind").value_or(storage.url.empty() ? "sqlite" : "postgres");
  if (kind != "sqlite" && kind != "postgres") {
    throw section.error("'storage.kind' must be \"sqlite\" or \"postgres\"");
  }
  storage.kind = kind == "sqlite" ? Kind::kSqlite : Kind::kPostgres;
  const bool has_password = !storage.password_env.empty() || !storage.password_file.empty();
  if (storage.kind == Kind::kSqlite && (!storage.url.empty() || has_password)) {
    throw section.error("'url' and its password are for kind = \"postgres\"");
  }
  if (storage.kind == Kind::kPostgres && storage.url.empty()) {
    throw section.error("kind = \"postgres\" needs 'url'");
  }
  if (!storage.password_env.empty() && !storage.password_file.empty()) {
    throw section.error("'password_env' and 'password_file' exclude each other");
  }
  try {
    if (storage.kind == Kind::kPostgres) storage::check_postgres_url(storage.url);
  } catch (const std::invalid_argument& problem) {
    throw section.error(problem.what());
  }
  section.refuse_unknown();
}

void read_audit(Section section, observe::AuditOptions& audit) {
  audit.enabled = section.flag("enabled").value_or(true);
  if (const auto text = section.path("directory")) audit.log.directory = *text;
  if (const auto n = section.integer("file_mib_max", 1, 1 << 20)) {
    audit.log.file_bytes_max = static_cast<std::uint64_t>(*n) << 20;
  }
  if (const auto n = section.integer("keep_days", 0, 36'500)) {
    audit.log.keep_days = static_cast<int>(*n);
  }
  section.read("keep_files", audit.log.keep_files, 0, 1'000'000);
  audit.sync = section.flag("sync").value_or(false);
  section.read("sync_interval_ms", audit.sync_interval, 10);
  const std::string on_failure = section.text("on_failure").value_or("continue");
  if (on_failure != "continue" && on_failure != "refuse") {
    throw section.error("'audit.on_failure' must be \"continue\" or \"refuse\"");
  }
  audit.refuse_on_failure = on_failure == "refuse";
  section.refuse_unknown();
}

void read_objects(Section section, objects::LocalOptions& objects) {
  if (auto directory = section.path("directory")) objects.directory = std::move(*directory);
  const std::string durability = section.text("durability").value_or("fsync");
  if (durability != "fsync" && durability != "rename") {
    throw section.error("'objects.durability' must be \"fsync\" or \"rename\"");
  }
  objects.durable = durability == "fsync";
  section.refuse_unknown();
}

void read_metrics(Section section, observe::MetricsOptions& metrics) {
  constexpr std::array<std::string_view, 4> kAccess{"loopback", "signed", "open", "off"};
  const auto word =
      std::find(kAccess.begin(), kAccess.end(), section.text("access").value_or("loopback"));
  if (word == kAccess.end()) {
    throw section.error("'metrics.access' is \"loopback\", \"signed\", \"open\" or \"off\"");
  }
  metrics.access = static_cast<observe::MetricsOptions::Access>(word - kAccess.begin());
  section.read("flush_interval_ms", metrics.flush_interval, 100);
  section.refuse_unknown();
}

void read_otlp(Section section, observe::OtlpOptions& otlp) {
  otlp.endpoint = section.text("endpoint").value_or("");
  otlp.authorization_env = section.text("authorization_env").value_or("");
  section.read("interval_ms", otlp.interval, 100);
  otlp.metrics = section.flag("metrics").value_or(true);
  otlp.traces = section.flag("traces").value_or(true);
  if (otlp.endpoint.empty()) throw section.error("[otlp] needs 'endpoint'");
  try {
    wire::parse_endpoint(otlp.endpoint);
  } catch (const std::invalid_argument& problem) {
    throw section.error(problem.what());
  }
  section.refuse_unknown();
}

void read_jobs(Section section, Configuration& configuration) {
  section.read("at_once", configuration.jobs_at_once, 1, 1'024);
  if (const auto n = section.integer("lease_seconds", 3, 3'600)) {
    configuration.job_lease = std::chrono::seconds(*n);
  }
  section.refuse_unknown();
}

void read_batch_limits(Section section, operations::BatchLimits& limits) {
  constexpr std::int64_t kRecordsMax = 10'000'000;
  constexpr std::int64_t kMibMax = 1 << 20;
  constexpr std::int64_t kMib = 1 << 20;
  const auto read = [&](const char* key, std::int64_t most, std::int64_t unit,
                        std::int64_t& limit) {
    if (const auto n = section.integer(key, 1, most)) limit = *n * unit;
  };
  read("records_min", kRecordsMax, 1, limits.records_min);
  read("records_max", kRecordsMax, 1, limits.records_max);
  read("file_mib_max", kMibMax, kMib, limits.file_bytes_max);
  read("job_mib_max", kMibMax, kMib, limits.job_bytes_max);
  read("records_at_once", 256, 1, limits.records_at_once);
  section.refuse_unknown();
}

void read_provisioned_throughput(Section section, std::size_t& slots_per_model_unit) {
  section.read("slots_per_model_unit", slots_per_model_unit, 1, 1'024);
  section.refuse_unknown();
}

void read_model_access(Section section, operations::DefaultAccess& access) {
  const std::string word = section.text("default").value_or("open");
  if (word != "open" && word != "closed") {
    throw section.error("'model_access.default' must be \"open\" or \"closed\"");
  }
  access = word == "open" ? operations::DefaultAccess::kOpen : operations::DefaultAccess::kClosed;
  section.refuse_unknown();
}

void read_quota(Section section, std::vector<operations::QuotaRule>& quotas) {
  constexpr std::int64_t kLimitMax = 1'000'000'000'000;
  constexpr std::size_t kRulesMax = 1'000;
  operations::QuotaRule rule;
  rule.models = section.texts("models");
  if (rule.models.empty()) rule.models = {"*"};
  rule.accounts = section.texts("accounts");
  rule.regions = section.texts("regions");
  rule.limits.requests_per_minute = section.integer("requests_per_minute", 0, kLimitMax);
  rule.limits.tokens_per_minute = section.integer("tokens_per_minute", 0, kLimitMax);
  rule.limits.tokens_per_day = section.integer("tokens_per_day", 0, kLimitMax);
  const bool unlimited = section.flag("unlimited").value_or(false);
  section.refuse_unknown();
  for (const std::string& account : rule.accounts) {
    if (account.size() != 12 || account.find_first_not_of("0123456789") != account.npos) {
      throw section.error(fmt::format("'{}' is no account: it takes twelve digits", account));
    }
  }
  if (unlimited != rule.limits.unlimited()) {
    throw section.error(
        "a quota needs 'requests_per_minute', 'tokens_per_minute' or 'tokens_per_day', or else "
        "unlimited = true");
  }
  if (quotas.size() >= kRulesMax) throw section.error("there are too many quotas");
  quotas.push_back(std::move(rule));
}

}  // namespace bedplate::app
