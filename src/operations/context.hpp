// What an operation knows of its request beside its typed input.
#pragma once

#include <memory>
#include <string>

#include "async/slot_claim.hpp"
#include "base/clock.hpp"
#include "documents/document_reader.hpp"
#include "identity/credential_store.hpp"
#include "identity/directories.hpp"
#include "identity/last_uses.hpp"
#include "identity/principal.hpp"
#include "inference/bindings.hpp"
#include "inference/prompt_cache.hpp"
#include "inference/reasoning_signer.hpp"
#include "observe/metrics/model_use.hpp"
#include "operations/batch/batch_limits.hpp"
#include "operations/quotas/quota_ledger.hpp"
#include "storage/store.hpp"
#include "wire/http.hpp"

namespace bedplate::observe {
class ApiCall;
class ServerMetrics;
}  // namespace bedplate::observe

namespace bedplate::objects {
class Objects;
}

namespace bedplate::jobs {
class JobRunner;
}

namespace bedplate::operations {

namespace authorization {
struct ModelCall;
}
class ModelAccess;
class ReservedCapacity;  // provisioned_throughput/reserved_capacity.hpp

/// What operations work with. Made once by the application; outlives every request.
struct Services {
  const Clock& clock;
  const inference::Bindings& bindings;
  const inference::ReasoningSigner& reasoning_signer;
  const identity::CredentialStore& credentials;
  documents::DocumentReader& document_reader;
  inference::PromptCache& prompt_cache;
  storage::Store& store;
  identity::Directories& directories;
  identity::LastUses& last_uses;
  QuotaLedger& quotas;
  ReservedCapacity& reserved_capacity;
  ModelAccess& model_access;
  objects::Objects* objects = nullptr;        ///< where s3:// leads; nullptr: there is none
  observe::ServerMetrics* metrics = nullptr;  ///< nullptr: nothing is counted
  jobs::JobRunner* jobs = nullptr;            ///< runs what takes longer than a request
  BatchLimits batch_limits = {};
};

/// One request.
struct Context {
  const Services& services;
  identity::Principal principal;
  std::string request_id;
  SteadyClock::time_point received;
  /// Headers for the response beside the modelled ones, e.g. `x-bedplate-served-by`. Added to
  /// errors too, so fill it in as early as possible.
  wire::Headers response_headers;
  observe::ApiCall* call = nullptr;  ///< what the audit trail tells of it; nullptr: nothing
  /// As it was received, but for the body. Outlives the context.
  const wire::Request* request = nullptr;
  /// What authorization still has to ask when the model is known.
  std::shared_ptr<const authorization::ModelCall> model_call;
  QuotaReservation reservation = {};           ///< what it holds of its quota
  Priority priority = Priority::kInteractive;  ///< of its calls to engines
  observe::RequestMeasure measure = {};

  std::int64_t elapsed_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - received)
        .count();
  }
};

/// Adds the request id and the context's own headers to a successful response's.
void add_response_headers(const Context& context, wire::Headers& headers);

}  // namespace bedplate::operations
