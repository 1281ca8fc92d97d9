// JSON into the generated structs, with every constraint of the model checked.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "protocol/schema.hpp"
#include "protocol/validation.hpp"

namespace bedplate::protocol {

/// Parses a request's body. Of a repeated key the last counts. Throws errors::serialization for
/// what is not JSON in UTF-8, or nests deeper than kJsonDepthMax.
boost::json::value parse_json(std::string_view text);
inline constexpr std::size_t kJsonDepthMax = 200;
/// Elements of all lists and maps of one request. Three bytes of JSON can make an element of
/// several hundred: this bounds what a body within its size limit can cost.
inline constexpr std::size_t kElementsMax = 200'000;

/// Fills structs from JSON or text and collects what breaks a constraint. A value of the wrong
/// type ends the request: errors::serialization, as AWS's framework words it.
class Reader {
 public:
  explicit Reader(MemberNames names = MemberNames::kAsModelled) : path_(names) {}

  /// Fills the members of an operation's input that travel in the body.
  void read_body(const Shape& structure, const boost::json::value& json, void* out) {
    read_structure(structure, json, out, true);
  }
  /// Fills any shape. Members the model does not know are ignored; null counts as absent.
  void read_value(const Shape& shape, const boost::json::value& json, void* out);
  /// Fills a scalar from a label, query parameter or header.
  void read_text(const Shape& shape, std::string_view text, void* out);

  /// Reads one member through `read(place)`; the member's name stands in the path meanwhile.
  template <class Read>
  void read_member(const Field& field, void* structure, Read&& read) {
    path_.push_member(field.name);
    void* place = static_cast<char*>(structure) + field.offset_bytes;
    read(field.optional ? field.optional->emplace(place) : place);
    path_.pop();
  }
  /// Notes that a required member is absent.
  void missing(const Field& field);
  /// Checks a length that is not a JSON value's, such as the raw body's.
  void check_length(const Shape& shape, std::size_t length);

  /// Throws errors::validation when anything was broken.
  void throw_if_broken() const;

 private:
  using Broken = std::vector<std::string>;  ///< worded constraints

  void read_structure(const Shape& shape, const boost::json::value& json, void* out,
                      bool body_only);
  void read_union(const Shape& shape, const boost::json::value& json, void* out);
  void read_list(const Shape& shape, const boost::json::value& json, void* out);
  void read_map(const Shape& shape, const boost::json::value& json, void* out);
  // These return what the value breaks: within a list or map that is reported once for all.
  Broken read_scalar(const Shape& shape, const boost::json::value& json, void* out);
  Broken read_integer(const Shape& shape, const boost::json::value& json, void* out);
  Broken read_blob(const Shape& shape, const boost::json::value& json, void* out);
  void read_timestamp(const boost::json::value& json, void* out);
  void report(const Broken& broken, std::string_view value);
  void count_elements(std::size_t count);

  Violations violations_;
  Path path_;
  std::size_t elements_ = 0;
  int hidden_ = 0;  ///< above zero inside a sensitive value, which no error echoes
};

}  // namespace bedplate::protocol
