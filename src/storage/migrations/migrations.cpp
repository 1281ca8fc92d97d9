#include "storage/migrations/migrations.hpp"

#include <array>

namespace bedplate::storage {
namespace migrations {

std::string_view sql_0001_resources();
std::string_view sql_0002_jobs();

}  // namespace migrations

std::span<const Migration> all_migrations() {
  static const std::array<Migration, 2> all{{
      {1, "resources", migrations::sql_0001_resources()},
      {2, "jobs", migrations::sql_0002_jobs()},
  }};
  return all;
}

}  // namespace bedplate::storage
