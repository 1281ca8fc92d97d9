// The operations of schema.hpp for concrete types. Only the generated tables include this.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/schema.hpp"

namespace bedplate::protocol {

template <class Holder>
inline constexpr OptionalOps kOptionalOps{
    [](const void* holder) -> const void* {
      const auto& typed = *static_cast<const Holder*>(holder);
      return typed ? &*typed : nullptr;
    },
    [](void* holder) -> void* { return &static_cast<Holder*>(holder)->emplace(); }};

template <class T>
inline constexpr ListOps kListOps{
    [](const void* list) { return static_cast<const std::vector<T>*>(list)->size(); },
    [](const void* list, std::size_t index) -> const void* {
      return &(*static_cast<const std::vector<T>*>(list))[index];
    },
    [](void* list, std::size_t count) { static_cast<std::vector<T>*>(list)->reserve(count); },
    [](void* list) -> void* { return &static_cast<std::vector<T>*>(list)->emplace_back(); }};

template <class T>
inline constexpr MapOps kMapOps{
    [](const void* map) { return static_cast<const std::map<std::string, T>*>(map)->size(); },
    [](const void* map, void* context, void (*visit)(void*, const std::string&, const void*)) {
      for (const auto& [key, value] : *static_cast<const std::map<std::string, T>*>(map)) {
        visit(context, key, &value);
      }
    },
    [](void* map, std::string_view key) -> void* {
      auto& typed = *static_cast<std::map<std::string, T>*>(map);
      return &typed.insert_or_assign(std::string(key), T{}).first->second;
    }};

}  // namespace bedplate::protocol
