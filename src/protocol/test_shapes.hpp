// A small hand-made service: what the tests of the engine read and write, whatever the catalogue
// holds. The tables look as tools/apigen writes them.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "protocol/box.hpp"
#include "protocol/schema.hpp"
#include "protocol/type_ops.hpp"

#pragma GCC diagnostic ignored "-Winvalid-offsetof"

namespace bedplate::protocol::test {

namespace shapes {
extern const Shape Leaf;
extern const Shape Choice;
extern const Shape Everything;
extern const Shape BlobBody;
extern const Shape StructBody;
extern const Shape Empty;
}  // namespace shapes

struct Leaf {
  std::string name;
  std::optional<std::int32_t> count;
  std::optional<std::string> secret;
  static constexpr const Shape& kShape = shapes::Leaf;
};

struct Choice {
  std::optional<std::string> text;
  Box<Leaf> leaf;
  std::optional<std::vector<std::string>> tags;
  static constexpr const Shape& kShape = shapes::Choice;
};

/// One member of every kind, in every place.
struct Everything {
  std::string id;                                // label
  std::optional<std::string> filter;             // query
  std::optional<std::vector<std::string>> keys;  // query, repeated
  std::optional<bool> force;                     // query
  std::optional<Timestamp> after;                // query
  std::optional<std::int32_t> maxResults;        // query, 1 to 10
  std::optional<std::string> trace;              // header
  std::optional<std::int32_t> depth;             // header
  std::string name;                              // body, required, 1 to 5, [a-z]*
  std::optional<bool> flag;
  std::optional<std::int32_t> integer;
  std::optional<std::int64_t> big;
  std::optional<float> fraction;  // 0 to 1
  std::optional<double> real;
  std::optional<Blob> bytes;  // at most 4
  std::optional<Timestamp> time;
  std::optional<boost::json::value> document;
  std::optional<std::string> color;               // enum red, green
  std::optional<std::string> task;                // open enum
  std::optional<std::vector<std::string>> words;  // at most 3 of [a-z]+
  std::optional<std::vector<Leaf>> leaves;
  std::optional<std::map<std::string, std::string>> labels;
  std::optional<std::map<std::string, Leaf>> byName;
  std::optional<std::vector<Choice>> choices;
  std::optional<Leaf> hidden;  // sensitive
  static constexpr const Shape& kShape = shapes::Everything;
};

/// A raw body and a content type of its own.
struct BlobBody {
  std::optional<Blob> body;
  std::optional<std::string> contentType;
  std::optional<std::string> tier;
  static constexpr const Shape& kShape = shapes::BlobBody;
};

/// A structure that is the whole body.
struct StructBody {
  std::optional<std::string> token;  // header
  Leaf source;
  static constexpr const Shape& kShape = shapes::StructBody;
};

struct Empty {
  static constexpr const Shape& kShape = shapes::Empty;
};

extern const OperationDescriptor kDoEverything;  // PUT /things/{id}
extern const OperationDescriptor kDoBlob;
extern const OperationDescriptor kDoStruct;
extern const OperationDescriptor kDoDelete;  // 204

}  // namespace bedplate::protocol::test
