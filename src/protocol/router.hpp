// Which operation a request is for.
#pragma once

#include <string_view>

#include "protocol/query/parameters.hpp"
#include "protocol/rest_json.hpp"
#include "protocol/schema.hpp"

namespace bedplate::protocol {

struct Route {
  const OperationDescriptor* operation;
  PathLabels labels;
  query::Parameters parameters{};  ///< query protocol only
  Encoding encoding = Encoding::kModelled;
};

/// Finds the operation, of the services that have a path for each (Protocol::kRestJson), that
/// answers `method` on `target` (path and query as on the wire). The raw
/// path is split before it is percent-decoded, so an encoded slash stays inside its label. Of
/// two patterns that match, the one with the earlier literal segment wins. A missing or an extra
/// slash at the end is forgiven when no pattern has the path as sent.
/// Throws errors::unknown_operation for a path that no pattern has, errors::method_not_allowed
/// for a known path with another method, errors::serialization for a malformed label.
Route route(std::string_view method, std::string_view target);

}  // namespace bedplate::protocol
