// Amazon resource names.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bedplate {

/// `arn:partition:service:region:account:resource`, unescaped.
struct Arn {
  std::string partition, service, region, account, resource;

  std::string text() const;
  /// What stands before the resource's first '/', e.g. "foundation-model".
  std::string_view resource_type() const;
  /// What stands behind it.
  std::string_view resource_id() const;
};

std::optional<Arn> parse_arn(std::string_view text);

}  // namespace bedplate
