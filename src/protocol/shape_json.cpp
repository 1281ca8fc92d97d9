#include "protocol/shape_json.hpp"

#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "protocol/timestamps.hpp"

namespace bedplate::protocol {
namespace {

namespace json = boost::json;

json::value list_to_json(const Shape& shape, const void* list) {
  json::array array;
  for (std::size_t i = 0, size = shape.list->size(list); i < size; ++i) {
    array.push_back(to_json(*shape.element, shape.list->at(list, i)));
  }
  return array;
}

json::value map_to_json(const Shape& shape, const void* map) {
  struct Context {
    json::object object;
    const Shape& element;
  } context{{}, *shape.element};
  shape.map->each(map, &context, [](void* raw, const std::string& key, const void* value) {
    auto& to = *static_cast<Context*>(raw);
    to.object.emplace(key, to_json(to.element, value));
  });
  return std::move(context.object);
}

json::value members_to_json(const Shape& shape, const void* value) {
  json::object object;
  for (const std::uint16_t index : shape.fields_sorted) {
    const Field& field = shape.fields[index];
    const void* member = member_of(field, value);
    if (member) object.emplace(field.name, to_json(*field.shape, member));
  }
  return object;
}

}  // namespace

json::value to_json(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case Kind::kBoolean:
      return *static_cast<const bool*>(value);
    case Kind::kInteger:
      return *static_cast<const std::int32_t*>(value);
    case Kind::kLong:
      return *static_cast<const std::int64_t*>(value);
    case Kind::kFloat:
      return double(*static_cast<const float*>(value));
    case Kind::kDouble:
      return *static_cast<const double*>(value);
    case Kind::kString:
      return json::string(*static_cast<const std::string*>(value));
    case Kind::kBlob:
      return json::string(base64_encode(*static_cast<const Blob*>(value)));
    case Kind::kTimestamp:
      return json::string(format_timestamp(*static_cast<const Timestamp*>(value)));
    case Kind::kDocument:
      return *static_cast<const json::value*>(value);
    case Kind::kList:
      return list_to_json(shape, value);
    case Kind::kMap:
      return map_to_json(shape, value);
    case Kind::kStructure:
    case Kind::kUnion:
      return members_to_json(shape, value);
  }
  return nullptr;
}

}  // namespace bedplate::protocol
