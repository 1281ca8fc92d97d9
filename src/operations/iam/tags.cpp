#include "operations/iam/tags.hpp"

#include <algorithm>
#include <set>

#include "identity/policy/context.hpp"

namespace bedplate::operations::iam {
namespace {

constexpr std::size_t kTagsMax = 50;

// Keys keep their case but differ by more than it.
bool same_key(std::string_view a, std::string_view b) {
  return identity::policy::lower_case(a) == identity::policy::lower_case(b);
}

}  // namespace

identity::iam::Tags read_tags(const ApiTags& tags) {
  identity::iam::Tags out;
  std::set<std::string> keys;
  for (const api::iam::Tag& tag : tags) {
    const std::string key = identity::policy::lower_case(tag.Key);
    if (!keys.insert(key).second) {
      throw errors::invalid_input(
          "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    if (key.starts_with("aws:")) {
      throw errors::invalid_input("Tag keys that begin with aws: are reserved.");
    }
    out.emplace_back(tag.Key, tag.Value);
  }
  return out;
}

identity::iam::Tags read_tags(const std::optional<ApiTags>& tags) {
  return tags ? read_tags(*tags) : identity::iam::Tags{};
}

void put_tags(identity::iam::Entity& entity, const identity::iam::Tags& tags) {
  for (const auto& tag : tags) {
    const auto found = std::find_if(entity.tags.begin(), entity.tags.end(), [&](const auto& own) {
      return same_key(own.first, tag.first);
    });
    if (found == entity.tags.end()) {
      entity.tags.push_back(tag);
    } else {
      *found = tag;
    }
  }
  if (entity.tags.size() > kTagsMax) {
    throw errors::limit_exceeded("The number of tags has reached the maximum limit.");
  }
}

void remove_tags(identity::iam::Entity& entity, const std::vector<std::string>& keys) {
  std::erase_if(entity.tags, [&](const auto& tag) {
    return std::any_of(keys.begin(), keys.end(),
                       [&](const std::string& key) { return same_key(key, tag.first); });
  });
}

ApiTags write_tags(const identity::iam::Entity& entity) {
  ApiTags out;
  for (const auto& [key, value] : entity.tags) out.push_back(api::iam::Tag{key, value});
  return out;
}

}  // namespace bedplate::operations::iam
