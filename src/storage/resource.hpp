// A resource as the store knows it: its keys, and a document that only its owner understands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace bedplate::storage {

/// Names one resource. Each part has at most kKeyBytesMax bytes.
struct ResourceKey {
  std::string account_id;
  std::string region;  ///< empty: of a global service, e.g. IAM
  std::string kind;    ///< e.g. "iam-user", "provisioned-model"
  std::string parent;  ///< id of the resource that it belongs to, or empty
  std::string id;

  bool operator==(const ResourceKey&) const = default;
};

/// Of each part of a key and each indexed text: PostgreSQL's index rows end at 2,704 bytes.
inline constexpr std::size_t kKeyBytesMax = 1'024;
/// Of all of them together.
inline constexpr std::size_t kKeysBytesMax = 2'400;

struct Resource {
  ResourceKey key;
  std::string name;  ///< what lists sort and filter by
  /// Taken once per account, region and kind. The caller folds case where names ignore it.
  std::optional<std::string> unique_key;
  std::string state;            ///< e.g. a status that lists filter by, or empty
  std::int64_t created_ms = 0;  ///< since 1970; does not change any more
  std::int64_t updated_ms = 0;  ///< since 1970
  std::int64_t version = 0;     ///< the store's: 1 after insert, one more after each update
  std::string document = "{}";  ///< JSON

  bool operator==(const Resource&) const = default;
};

}  // namespace bedplate::storage
