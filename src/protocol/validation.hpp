// Constraint violations, collected and worded as AWS words them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/schema.hpp"

namespace bedplate::protocol {

/// How errors spell the names of members.
enum class MemberNames : std::uint8_t {
  kAsModelled,
  kLowerFirst,  ///< IAM and STS model `RoleArn` and report `roleArn`
};

/// The way from the input's root to a value.
class Path {
 public:
  explicit Path(MemberNames names = MemberNames::kAsModelled) : names_(names) {}

  void push_member(std::string_view name) { parts_.push_back({name, kNoIndex}); }
  void push_index(std::size_t index) { parts_.push_back({{}, index}); }
  void push_key(std::string_view key) { parts_.push_back({key, kKey}); }
  void pop() { parts_.pop_back(); }

  /// AWS's framework counts from one: `messages.1.member.content`; a map's value is
  /// `tags.<key>.member`.
  std::string framework_text() const;
  /// Bedrock's own checks count from zero: `messages.0.content`.
  std::string service_text() const;

 private:
  static constexpr std::size_t kNoIndex = std::size_t(-1);
  static constexpr std::size_t kKey = std::size_t(-2);
  struct Part {
    std::string_view name;
    std::size_t index;
  };
  MemberNames names_;
  std::vector<Part> parts_;
};

/// Every violation of one request, in the order found.
class Violations {
 public:
  /// `value` is how the value reads, or empty when it must not be echoed.
  void add(std::string_view value, const Path& path, std::string_view constraint);
  /// A union of which no member is set, or several. Reported alone, and only when nothing else is
  /// wrong: the texts come from different layers of AWS.
  void add_union(const Shape& shape, const Path& path, bool none_set);

  bool empty() const { return count_ == 0 && union_text_.empty(); }
  /// "2 validation errors detected: Value … at 'x' failed to satisfy constraint: …; Value …"
  std::string message() const;

 private:
  std::size_t count_ = 0;
  std::string text_;
  std::string union_text_;
};

/// A null value, and one that is not echoed.
inline constexpr std::string_view kNullValue = "null";
inline constexpr std::string_view kHiddenValue = "";
/// How an echoed value is quoted: 'text', cut when long.
std::string in_quotes(std::string_view text);

/// Doubles as Java prints them: 32424.0, 1.0E10.
std::string java_number(double value);

/// The constraints a scalar of this shape has, worded, in the order AWS lists them.
std::vector<std::string> constraint_texts(const Shape& shape);

/// Those of a text's constraints that it breaks.
std::vector<std::string> broken_by_text(const Shape& shape, std::string_view text);
/// Those of a number's.
std::vector<std::string> broken_by_number(const Shape& shape, double value);
/// Those of a length's: elements of a list, entries of a map, bytes of a blob.
std::vector<std::string> broken_by_length(const Shape& shape, std::size_t length);

}  // namespace bedplate::protocol
