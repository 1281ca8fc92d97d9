#include "storage/migrations/migrations.hpp"

#include <array>

namespace bedplate::storage {
namespace migrations {

std::string_view sql_0001_resources();

}  // namespace migrations

std::span<const Migration> all_migrations() {
  static const std::array<Migration, 1> all{{
      {1, "resources", migrations::sql_0001_resources()},
  }};
  return all;
}

}  // namespace bedplate::storage
