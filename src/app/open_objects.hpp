// Opening what `[objects]` of the configuration names.
#pragma once

#include <memory>

#include "app/configuration.hpp"
#include "identity/credential_store.hpp"
#include "objects/objects.hpp"

namespace bedplate::app {

/// Throws std::runtime_error that names the path.
std::unique_ptr<objects::Objects> open_objects_blocking(const Configuration& configuration,
                                                        const identity::CredentialStore& store,
                                                        const Clock& clock);

}  // namespace bedplate::app
