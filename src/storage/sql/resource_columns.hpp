// The columns of a resource, in the order in which every query names them.
#pragma once

#include <string_view>

#include "storage/resource.hpp"
#include "storage/sql/connection.hpp"

namespace bedplate::storage::sql {

#define BEDPLATE_RESOURCE_COLUMNS                                                           \
  "account_id, region, kind, parent, id, name, unique_key, state, created_ms, updated_ms, " \
  "version, document"

Resource read_resource(const Row& row);

inline Parameter nullable(const std::optional<std::string>& text) {
  return text ? Parameter(std::string_view(*text)) : Parameter();
}

}  // namespace bedplate::storage::sql
