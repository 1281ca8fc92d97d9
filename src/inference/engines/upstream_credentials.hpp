// Whom an engine signs as when it asks Amazon Bedrock.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "identity/sigv4.hpp"
#include "inference/engines.hpp"

namespace bedplate::inference {

/// One of the two; never logged.
struct UpstreamCredentials {
  std::string api_key;  ///< a bearer token
  identity::AccessKey access_key;

  /// What must stand in no text.
  std::vector<std::string> secrets() const;
};

/// An API key when one is named; else the profile of `credentials_file`, in the form of AWS's
/// shared credentials file; else the environment. Throws std::invalid_argument with a text for the
/// operator that holds none of it.
UpstreamCredentials read_upstream_credentials_blocking(const BedrockOptions& options);

/// Whether whoever renews them can: files are read again, the environment is what it was.
bool can_be_renewed(const BedrockOptions& options);

/// The credentials of an engine, as they are now. Safe from every thread.
class CurrentCredentials {
 public:
  explicit CurrentCredentials(UpstreamCredentials credentials);

  std::shared_ptr<const UpstreamCredentials> get() const;
  void set(UpstreamCredentials credentials);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const UpstreamCredentials> credentials_;
};

}  // namespace bedplate::inference
