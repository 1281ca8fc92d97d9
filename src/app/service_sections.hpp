// The sections of the configuration but those about engines. docs/configuration.md describes them.
#pragma once

#include <vector>

#include "app/configuration.hpp"
#include "app/section.hpp"

namespace bedplate::app {

void read_limits(Section section, wire::Limits& limits);
void read_tls(Section section, Configuration& configuration);
/// The file of SQLite follows from the data directory, which is not known yet.
void read_storage(Section section, storage::StoreOptions& storage);
/// Without 'directory' it follows from the data directory, which is not known yet.
void read_audit(Section section, observe::AuditOptions& audit);
/// Likewise.
void read_objects(Section section, objects::LocalOptions& objects);
void read_metrics(Section section, observe::MetricsOptions& metrics);
void read_jobs(Section section, Configuration& configuration);
void read_batch_limits(Section section, operations::BatchLimits& limits);
void read_otlp(Section section, observe::OtlpOptions& otlp);
void read_provisioned_throughput(Section section, std::size_t& slots_per_model_unit);
void read_model_access(Section section, operations::DefaultAccess& access);
/// One of `[[quotas]]`: added to the others.
void read_quota(Section section, std::vector<operations::QuotaRule>& quotas);

}  // namespace bedplate::app
