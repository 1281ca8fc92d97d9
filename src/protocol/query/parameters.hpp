// The parameters of a query-protocol request: the form in a POST's body, or a GET's query.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/http.hpp"

namespace bedplate::protocol::query {

// Far above what any operation takes; what is beyond is refused before it costs anything.
inline constexpr std::size_t kFormBytesMax = 1024 * 1024;
inline constexpr std::size_t kParametersMax = 10'000;
inline constexpr std::size_t kNameBytesMax = 512;

struct Parameter {
  std::string name;  ///< "Tags.member.1.Key"
  std::string value;
};

/// Decoded parameters, by name. Of those with one name the first counts, as on AWS
/// (docs/iam-api.md).
class Parameters {
 public:
  /// Parses `name=value&…`, percent-encoded, `+` for a space. Throws errors::malformed_query_string
  /// for what is not UTF-8 so encoded or is beyond the bounds above.
  static Parameters parse(std::string_view form);

  /// The value of exactly that name; nullptr when there is none.
  const std::string* find(std::string_view name) const;
  /// Every parameter whose name begins with `prefix`, by name.
  std::span<const Parameter> below(std::string_view prefix) const;
  std::size_t size() const { return parameters_.size(); }

 private:
  std::vector<Parameter> parameters_;  ///< sorted, names differ
};

/// The parameters of a request. A body that is not declared a form has none. Throws as parse()
/// does, errors::method_not_allowed unless it is GET or POST, errors::request_entity_too_large.
Parameters parameters_of(const wire::Request& request);

}  // namespace bedplate::protocol::query
