// The environment variables that point a client at this server.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/configuration.hpp"
#include "identity/credential_store.hpp"

namespace bedplate::app {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// `certificate`: one that clients must be told to trust, or empty. `bearer`: an API key in place
/// of the access key pair. Throws std::runtime_error when the credential file holds no such key in
/// clear text.
Environment client_environment(const Configuration& configuration,
                               const identity::CredentialStore& store, const std::string& url,
                               const std::string& certificate, bool bearer);

/// As `sh` or `fish` export lines, or as one JSON object.
std::string environment_text(const Environment& environment, const std::string& format);

}  // namespace bedplate::app
