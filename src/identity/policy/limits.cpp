// How large documents may be, and what IAM says when they are larger.
#include <fmt/format.h>

#include <limits>

#include "identity/policy/policy.hpp"

namespace bedplate::identity::policy {

std::size_t size_limit_characters(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::kManaged:
      return 6144;
    case DocumentKind::kInlineUser:
    case DocumentKind::kSession:
    case DocumentKind::kTrust:
      return 2048;
    case DocumentKind::kInlineRole:
      return 10240;
    case DocumentKind::kInlineGroup:
      return 5120;
    case DocumentKind::kResource:
      return 20480;
    case DocumentKind::kAwsManaged:
      break;
  }
  return std::numeric_limits<std::size_t>::max();
}

std::size_t size_characters(std::string_view document) {
  std::size_t count = 0;
  for (const char c : document) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    const bool continuation = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (!space && !continuation) ++count;
  }
  return count;
}

PolicyError too_large(DocumentKind kind, std::string_view entity_name) {
  const std::size_t limit = size_limit_characters(kind);
  const auto inline_policy = [&](std::string_view entity) {
    const std::string name = entity_name.empty() ? "" : fmt::format(" {}", entity_name);
    return PolicyError("LimitExceeded", fmt::format("Maximum policy size of {} bytes exceeded for "
                                                    "{}{}",
                                                    limit, entity, name));
  };
  switch (kind) {
    case DocumentKind::kInlineUser:
      return inline_policy("user");
    case DocumentKind::kInlineRole:
      return inline_policy("role");
    case DocumentKind::kInlineGroup:
      return inline_policy("group");
    case DocumentKind::kTrust:
      return {"LimitExceeded", fmt::format("Cannot exceed quota for ACLSizePerRole: {}", limit)};
    case DocumentKind::kSession:
      return {"ValidationError",
              fmt::format("1 validation error detected: Value at 'policy' failed to satisfy "
                          "constraint: Member must have length less than or equal to {}",
                          limit)};
    default:
      return {"LimitExceeded", fmt::format("Cannot exceed quota for PolicySize: {}", limit)};
  }
}

}  // namespace bedplate::identity::policy
