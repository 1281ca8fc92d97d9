// What AWS asks of tags beyond the service model's patterns, and tags in both of their forms.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/api_error.hpp"
#include "operations/resources/resource_kinds.hpp"
#include "storage/transaction.hpp"

namespace bedplate::operations {

/// Of one resource ("Tagging your AWS resources"; the model's TooManyTagsException).
inline constexpr std::size_t kTagsMax = 50;

/// Throws ValidationException for a key that is there twice or begins with "aws:", in any case.
void check_tags(const std::vector<storage::Tag>& tags);

/// The error for more than kTagsMax: TooManyTagsException, or ServiceQuotaExceededException where
/// a service does not model that. `arn`: empty for a resource that is only being made.
ApiError too_many_tags(TagService service, const std::string& arn);

/// The lists of bedrock: structs with `key` and `value`.
template <class List>
std::vector<storage::Tag> read_tags(const std::optional<List>& list) {
  std::vector<storage::Tag> tags;
  if (!list) return tags;
  for (const auto& tag : *list) tags.push_back({tag.key, tag.value});
  return tags;
}

/// The maps of the other services.
std::vector<storage::Tag> read_tags(const std::map<std::string, std::string>& map);

}  // namespace bedplate::operations
