// One way through a generated struct for every format that the RPC protocols write.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include "base/clock.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/schema.hpp"

namespace bedplate::protocol::rpc {

template <class Sink>
void walk(Sink& sink, const Shape& shape, const void* value);

template <class Sink>
void walk_list(Sink& sink, const Shape& shape, const void* list) {
  const std::size_t size = shape.list->size(list);
  sink.begin_list(size);
  for (std::size_t i = 0; i < size; ++i) walk(sink, *shape.element, shape.list->at(list, i));
  sink.end_list();
}

template <class Sink>
void walk_map(Sink& sink, const Shape& shape, const void* map) {
  struct Visit {
    Sink& sink;
    const Shape& element;
  } visit{sink, *shape.element};
  sink.begin_map(shape.map->size(map));
  shape.map->each(map, &visit, [](void* raw, const std::string& key, const void* value) {
    auto& to = *static_cast<Visit*>(raw);
    to.sink.key(key);
    walk(to.sink, to.element, value);
  });
  sink.end_map();
}

/// Members that are absent are left out.
template <class Sink>
void walk_members(Sink& sink, const Shape& shape, const void* structure) {
  std::size_t present = 0;
  for (const Field& field : shape.fields) present += member_of(field, structure) != nullptr;
  sink.begin_map(present);
  for (const Field& field : shape.fields) {
    const void* member = member_of(field, structure);
    if (member == nullptr) continue;
    sink.key(field.name);
    walk(sink, *field.shape, member);
  }
  sink.end_map();
}

/// Hands a value of any shape but a document to `sink`, piece by piece.
template <class Sink>
void walk(Sink& sink, const Shape& shape, const void* value) {
  switch (shape.kind) {
    case Kind::kBoolean:
      return sink.boolean(*static_cast<const bool*>(value));
    case Kind::kInteger:
      return sink.integer(*static_cast<const std::int32_t*>(value));
    case Kind::kLong:
      return sink.integer(*static_cast<const std::int64_t*>(value));
    case Kind::kFloat:
      return sink.number(static_cast<double>(*static_cast<const float*>(value)));
    case Kind::kDouble:
      return sink.number(*static_cast<const double*>(value));
    case Kind::kString:
      return sink.text(*static_cast<const std::string*>(value));
    case Kind::kBlob:
      return sink.bytes(*static_cast<const Blob*>(value));
    case Kind::kTimestamp:
      return sink.time(*static_cast<const Timestamp*>(value));
    case Kind::kList:
      return walk_list(sink, shape, value);
    case Kind::kMap:
      return walk_map(sink, shape, value);
    case Kind::kStructure:
    case Kind::kUnion:
      return walk_members(sink, shape, value);
    case Kind::kDocument:
      break;
  }
  throw std::logic_error("no service of these protocols has documents");
}

}  // namespace bedplate::protocol::rpc
