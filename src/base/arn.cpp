#include "base/arn.hpp"

#include <fmt/format.h>

namespace bedplate {

std::string Arn::text() const {
  return fmt::format("arn:{}:{}:{}:{}:{}", partition, service, region, account, resource);
}

std::string_view Arn::resource_type() const {
  const std::string_view all = resource;
  return all.substr(0, all.find('/'));
}

std::string_view Arn::resource_id() const {
  const std::size_t slash = resource.find('/');
  return slash == std::string::npos ? std::string_view{}
                                    : std::string_view(resource).substr(slash + 1);
}

std::optional<Arn> parse_arn(std::string_view text) {
  std::string_view parts[6];
  for (int i = 0; i < 5; ++i) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    parts[i] = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  parts[5] = text;
  if (parts[0] != "arn" || parts[1].empty() || parts[2].empty() || parts[5].empty()) {
    return std::nullopt;
  }
  return Arn{std::string(parts[1]), std::string(parts[2]), std::string(parts[3]),
             std::string(parts[4]), std::string(parts[5])};
}

}  // namespace bedplate
