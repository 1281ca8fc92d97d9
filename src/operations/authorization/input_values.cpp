#include "operations/authorization/input_values.hpp"

#include <functional>

namespace bedplate::operations::authorization {
namespace {

using protocol::Kind;
using protocol::Shape;

const protocol::Field* find_field(const Shape& shape, std::string_view name) {
  for (const protocol::Field& field : shape.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

Input member_of(Input input, std::string_view name) {
  const protocol::Field* field = find_field(*input.shape, name);
  if (field == nullptr) return {};
  const void* value = static_cast<const char*>(input.value) + field->offset_bytes;
  if (field->optional != nullptr) value = field->optional->get(value);
  return {field->shape, value};
}

using Visit = std::function<void(Input)>;

void visit_at(Input input, std::string_view path, const Visit& visit) {
  if (input.value == nullptr) return;
  if (input.shape->kind == Kind::kList) {
    const std::size_t count = input.shape->list->size(input.value);
    for (std::size_t i = 0; i < count; ++i) {
      visit_at({input.shape->element, input.shape->list->at(input.value, i)}, path, visit);
    }
    return;
  }
  if (path.empty()) return visit(input);
  const std::size_t dot = path.find('.');
  const std::string_view rest = dot == path.npos ? std::string_view{} : path.substr(dot + 1);
  visit_at(member_of(input, path.substr(0, dot)), rest, visit);
}

std::optional<std::string> text_of(Input input) {
  switch (input.shape->kind) {
    case Kind::kString:
      return *static_cast<const std::string*>(input.value);
    case Kind::kInteger:
      return std::to_string(*static_cast<const std::int32_t*>(input.value));
    case Kind::kLong:
      return std::to_string(*static_cast<const std::int64_t*>(input.value));
    default:
      return std::nullopt;
  }
}

using Tags = std::vector<std::pair<std::string, std::string>>;

void add_entries(Input map, Tags& out) {
  map.shape->map->each(map.value, &out, [](void* tags, const std::string& key, const void* value) {
    static_cast<Tags*>(tags)->emplace_back(key, *static_cast<const std::string*>(value));
  });
}

std::string either(Input tag, std::string_view name, std::string_view other_name) {
  for (const std::string_view member : {name, other_name}) {
    if (const auto text = text_at(tag, member)) return *text;
  }
  return {};
}

}  // namespace

std::vector<std::string> texts_at(Input input, std::string_view path) {
  std::vector<std::string> out;
  visit_at(input, path, [&](Input found) {
    if (auto text = text_of(found)) out.push_back(std::move(*text));
  });
  return out;
}

std::optional<std::string> text_at(Input input, std::string_view path) {
  std::vector<std::string> all = texts_at(input, path);
  if (all.empty()) return std::nullopt;
  return std::move(all.front());
}

Tags tags_at(Input input, std::string_view path) {
  Tags out;
  visit_at(input, path, [&](Input found) {
    if (found.shape->kind == Kind::kMap) return add_entries(found, out);
    out.emplace_back(either(found, "key", "Key"), either(found, "value", "Value"));
  });
  return out;
}

bool has_path(const Shape& shape, std::string_view path) {
  if (shape.kind == Kind::kList) return has_path(*shape.element, path);
  if (path.empty()) return true;
  const std::size_t dot = path.find('.');
  const protocol::Field* field = find_field(shape, path.substr(0, dot));
  return field != nullptr &&
         has_path(*field->shape, dot == path.npos ? std::string_view{} : path.substr(dot + 1));
}

}  // namespace bedplate::operations::authorization
