#include "app/objects_section.hpp"

namespace bedplate::app {

std::unique_ptr<objects::Objects> open_objects_blocking(const Configuration& configuration,
                                                        const identity::CredentialStore& store,
                                                        const Clock& clock) {
  objects::LocalOptions options = configuration.objects;
  options.operator_account = store.account_id();
  options.default_region = configuration.default_region;
  return std::make_unique<objects::LocalObjects>(std::move(options), clock);
}

}  // namespace bedplate::app
