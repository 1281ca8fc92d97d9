// From the store's rows to a directory.
#pragma once

#include "identity/directory.hpp"

namespace bedplate::identity {

/// All of it. What has not changed since `before` is taken from there and not compiled again.
std::shared_ptr<const Directory> read_directory(storage::Transaction& transaction,
                                                const SecretSealer& sealer,
                                                const Directory& before);

/// The same after a write to one account's rows, which made `generation`: reads that account only,
/// unless more has happened since `before`.
std::shared_ptr<const Directory> read_after_write(storage::Transaction& transaction,
                                                  const SecretSealer& sealer,
                                                  const Directory& before,
                                                  const std::string& account_id,
                                                  std::int64_t generation);

}  // namespace bedplate::identity
