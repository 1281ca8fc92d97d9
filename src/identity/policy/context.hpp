// What a request says about itself beside its action and resource: the condition keys of IAM
// ("AWS global condition context keys" and those of each service) with their values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bedplate::identity::policy {

/// ASCII letters in lower case; the names of keys and actions are compared like this.
std::string lower_case(std::string_view text);

/// 64-bit FNV-1a.
std::uint64_t hash_of(std::string_view text);

/// The name of a condition key, e.g. `aws:SourceIp` or `aws:PrincipalTag/team`. Names are compared
/// without regard to case, those of tags too (IAM user guide, "Variables and tags").
struct ContextKey {
  explicit ContextKey(std::string_view text) : name(lower_case(text)), hash(hash_of(name)) {}

  std::string name;  ///< lower case
  std::uint64_t hash;
};

/// The keys of one request. Build it once for a request, then evaluate as often as needed.
class Context {
 public:
  /// Replaces what the key had. A key with no value at all counts as absent.
  void set(std::string_view key, std::string_view value);
  void set(std::string_view key, std::vector<std::string> values);

  /// Appends one value to those of the key, which then has several (e.g. `aws:TagKeys`).
  void add(std::string_view key, std::string_view value);

  /// Null when the request does not have the key.
  const std::vector<std::string>* find(const ContextKey& key) const;

  /// The only value of a key; null when there is none or more than one. Keys with several values
  /// cannot be policy variables ("Single-valued vs. multivalued context keys").
  const std::string* find_single(const ContextKey& key) const;

 private:
  struct Entry {
    std::uint64_t hash;
    std::string name;
    std::vector<std::string> values;
  };
  Entry& entry(std::string_view key);
  const Entry* find_entry(const ContextKey& key) const;

  /// A hash table of as many entries as requests have; the few others are searched one by one.
  static constexpr std::size_t kSlots = 64;
  static constexpr std::size_t kInSlotsMax = 40;

  std::array<std::uint8_t, kSlots> slots_{};  ///< number of an entry, from 1; 0: free
  std::vector<Entry> entries_;
};

}  // namespace bedplate::identity::policy
