#include "operations/resources/tag_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace bedplate::operations {
namespace {

constexpr std::string_view kReserved = "aws:";

bool is_reserved(std::string_view key) {
  return key.size() >= kReserved.size() &&
         std::equal(kReserved.begin(), kReserved.end(), key.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
         });
}

}  // namespace

void check_tags(const std::vector<storage::Tag>& tags) {
  std::set<std::string_view> seen;
  for (const storage::Tag& tag : tags) {
    if (is_reserved(tag.key)) {
      throw errors::validation(
          fmt::format("The tag key '{}' begins with aws:, which is reserved for AWS.", tag.key));
    }
    if (!seen.insert(tag.key).second) {
      throw errors::validation(
          fmt::format("The tag key '{}' is given twice; a resource has a key once.", tag.key));
    }
  }
}

ApiError too_many_tags(TagService service, const std::string& arn) {
  const std::string text = fmt::format(
      "The request contains more tags than can be associated with a resource ({} tags per "
      "resource). The maximum number of tags includes both existing tags and those included in "
      "your current request.",
      kTagsMax);
  return service == TagService::kControl ? errors::too_many_tags(text, arn)
                                         : errors::service_quota_exceeded(text);
}

std::vector<storage::Tag> read_tags(const std::map<std::string, std::string>& map) {
  std::vector<storage::Tag> tags;
  for (const auto& [key, value] : map) tags.push_back({key, value});
  return tags;
}

}  // namespace bedplate::operations
