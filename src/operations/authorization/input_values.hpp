// Values of an operation's typed input, by the names of its members.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/schema.hpp"

namespace bedplate::operations::authorization {

/// An operation's input with its shape.
struct Input {
  const protocol::Shape* shape = nullptr;
  const void* value = nullptr;
};

/// The texts and whole numbers at a path of members (`a.b`). Of lists on the way, and at its end,
/// every element counts. What is not set is left out.
std::vector<std::string> texts_at(Input input, std::string_view path);

/// The first of them.
std::optional<std::string> text_at(Input input, std::string_view path);

/// Tags in either form that services have: a list of structures with a key and a value, or a map.
std::vector<std::pair<std::string, std::string>> tags_at(Input input, std::string_view path);

/// Whether a shape has members of these names.
bool has_path(const protocol::Shape& shape, std::string_view path);

}  // namespace bedplate::operations::authorization
