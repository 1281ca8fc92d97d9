// Reads a native InvokeModel body member by member and words what is wrong with it as Bedrock
// does: JSON-schema messages of the everit kind inside "Malformed input request: …".
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedplate::inference {

/// The violations of one body, found all at once.
class BodyViolations {
 public:
  /// `pointer`: the value at fault; empty where Bedrock names none. `member`: its member that is
  /// missing or too many.
  void add(std::string pointer, std::string what, std::string_view member = {});
  bool empty() const { return texts_.empty(); }
  /// Throws ValidationException naming the violation, or how many there are, behind `prefix`; the
  /// error's `parameter` is the first one's. Does nothing when there are none.
  void throw_if_any(std::string_view prefix = "") const;
  /// The same, naming all of them one behind the other, as Bedrock does for Cohere's models.
  void throw_all_if_any() const;

 private:
  std::vector<std::string> texts_;
  std::string first_;
};

/// One JSON object of a body. Each getter marks its member as known; a null counts as absent.
/// A member of the wrong type or outside its bounds is noted and then treated as absent.
class BodyReader {
 public:
  /// `pointer` is where the object stands: "#", "#/messages/0".
  BodyReader(const boost::json::object& object, std::string pointer, BodyViolations& violations)
      : object_(object), pointer_(std::move(pointer)), violations_(violations) {}

  /// Notes a missing required member.
  void require(std::string_view key);

  std::optional<std::string> string(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<double> number(std::string_view key, double min, double max);
  /// A text that is not empty.
  std::optional<std::string> filled_string(std::string_view key);
  /// A text that is one of `values`.
  std::optional<std::string> one_of(std::string_view key,
                                    std::initializer_list<std::string_view> values);
  /// Texts of a list with at most `count_max` items; empty when absent.
  std::vector<std::string> strings(std::string_view key, std::size_t count_max);
  /// The same, of texts that are not empty.
  std::vector<std::string> filled_strings(std::string_view key, std::size_t count_max);
  const boost::json::object* object(std::string_view key);
  const boost::json::array* array(std::string_view key);
  /// The objects of a list, each with its pointer; items that are none are noted.
  std::vector<std::pair<const boost::json::object*, std::string>> objects(std::string_view key);
  /// The member as it is, of any type; nullptr when absent.
  const boost::json::value* any(std::string_view key);

  /// Notes every member that no getter asked for.
  void refuse_extraneous();

  std::string pointer_to(std::string_view key) const { return pointer_ + "/" + std::string(key); }
  BodyViolations& violations() { return violations_; }

 private:
  const boost::json::object& object_;
  std::string pointer_;
  BodyViolations& violations_;
  std::set<std::string, std::less<>> known_;
};

/// The value as an object; notes it, and gives nullptr, when it is none.
const boost::json::object* expect_object(const boost::json::value& value,
                                         const std::string& pointer, BodyViolations& violations);

/// everit's name for a value's type: "String", "Integer", "Double", "JSONArray", …
std::string_view json_type_name(const boost::json::value& value);

/// Parses a body's text; "Malformed input request, please reformat your input and try again."
boost::json::object parse_body_object(std::string_view text);

}  // namespace bedplate::inference
