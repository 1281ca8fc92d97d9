#include "identity/policy/context.hpp"

namespace bedplate::identity::policy {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

const Context::Entry* Context::find_entry(const ContextKey& key) const {
  const auto is = [&](const Entry& entry) {
    return entry.hash == key.hash && entry.name == key.name;
  };
  for (std::size_t slot = key.hash % kSlots; slots_[slot] != 0; slot = (slot + 1) % kSlots) {
    const Entry& entry = entries_[slots_[slot] - 1U];
    if (is(entry)) return &entry;
  }
  for (std::size_t i = kInSlotsMax; i < entries_.size(); ++i) {
    if (is(entries_[i])) return &entries_[i];
  }
  return nullptr;
}

Context::Entry& Context::entry(std::string_view key) {
  ContextKey wanted(key);
  if (const Entry* found = find_entry(wanted)) return const_cast<Entry&>(*found);
  if (entries_.size() < kInSlotsMax) {
    std::size_t slot = wanted.hash % kSlots;
    while (slots_[slot] != 0) slot = (slot + 1) % kSlots;
    slots_[slot] = static_cast<std::uint8_t>(entries_.size() + 1);
  }
  return entries_.emplace_back(Entry{wanted.hash, std::move(wanted.name), {}});
}

void Context::set(std::string_view key, std::string_view value) {
  Entry& found = entry(key);
  found.values.clear();
  found.values.emplace_back(value);
}

void Context::set(std::string_view key, std::vector<std::string> values) {
  entry(key).values = std::move(values);
}

void Context::add(std::string_view key, std::string_view value) {
  entry(key).values.emplace_back(value);
}

const std::vector<std::string>* Context::find(const ContextKey& key) const {
  const Entry* entry = find_entry(key);
  return entry != nullptr && !entry->values.empty() ? &entry->values : nullptr;
}

const std::string* Context::find_single(const ContextKey& key) const {
  const std::vector<std::string>* values = find(key);
  return values != nullptr && values->size() == 1 ? &values->front() : nullptr;
}

}  // namespace bedplate::identity::policy
