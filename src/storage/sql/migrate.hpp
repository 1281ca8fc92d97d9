// Brings a database to the schema of this binary.
#pragma once

#include <span>

#include "storage/migrations/migrations.hpp"
#include "storage/sql/connection.hpp"

namespace bedplate::storage::sql {

/// The number of the last migration that was applied; 0 for an empty database.
int schema_version(Connection& connection);

/// Applies what is missing in one transaction, which rolls back as a whole when a step fails.
/// Throws StoreUnusable when the database comes from a newer binary.
void migrate(Connection& connection, std::span<const Migration> migrations);

}  // namespace bedplate::storage::sql
