// One test of a `Condition` element: an operator, a key and the policy's values for it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "identity/policy/context.hpp"
#include "identity/policy/pattern.hpp"
#include "identity/policy/values.hpp"

namespace bedplate::identity::policy {

/// What an operator compares. The negated operators are these, with Operator::negated.
enum class Comparison {
  kString,
  kStringIgnoreCase,
  kStringLike,
  kNumericEquals,
  kNumericLess,
  kNumericLessEquals,
  kNumericGreater,
  kNumericGreaterEquals,
  kDateEquals,
  kDateLess,
  kDateLessEquals,
  kDateGreater,
  kDateGreaterEquals,
  kBool,
  kBinary,
  kAddress,
  kArn,
  kNull,
};

enum class SetOperator { kNone, kForAnyValue, kForAllValues };

/// A condition operator with its prefix and suffix.
struct Operator {
  Comparison comparison = Comparison::kString;
  bool negated = false;
  bool if_exists = false;
  SetOperator set = SetOperator::kNone;
};

/// Reads e.g. `ForAnyValue:StringNotLikeIfExists`. Nothing when IAM has no such operator; `Null`
/// takes neither prefix nor suffix.
std::optional<Operator> parse_operator(std::string_view name);

/// An ARN pattern, compared part by part ("Amazon Resource Name (ARN) condition operators").
class ArnPattern {
 public:
  /// Nothing when the text has not an ARN's six parts, is not `*` and has no variable that could
  /// hold them.
  static std::optional<ArnPattern> compile(std::string_view text, bool variables);

  Match match(std::string_view arn, const Context& context) const;

 private:
  std::vector<Pattern> parts_;  ///< six, or one for the whole
};

/// Thrown where a value is none that its operator could compare with, e.g. a date that is none.
class UnreadableValue : public std::exception {};

/// A test with all its values. Immutable; any number of threads may use it.
class Condition {
 public:
  /// @param variables  whether `${…}` is a policy variable (Version 2012-10-17)
  /// @throws UnreadableValue
  Condition(std::string_view operator_name, Operator op, std::string_view key,
            const std::vector<std::string>& values, bool variables);

  /// Whether the request passes the test. Something that cannot be decided, because a variable has
  /// no value or the request's value is not of the operator's type, counts as no match; where that
  /// would make a negated operator true, it does so only in a statement that denies.
  bool holds(const Context& context, bool statement_denies) const;

  /// For people, e.g. `StringEquals aws:username = "anna", "bob"`.
  const std::string& text() const { return text_; }
  const ContextKey& key() const { return key_; }

 private:
  using Value = std::variant<Pattern, ArnPattern, double, Instant, bool, std::string, AddressRange>;

  Value compile(const std::string& text, bool variables) const;
  /// Whether the request's value matches one of the policy's, under the operator without its "not".
  Match match(const std::string& value, const Context& context) const;
  bool holds_for_one(const std::string& value, const Context& context, bool denies) const;
  bool holds_for_any(const std::vector<std::string>& values, const Context& context,
                     bool denies) const;

  Operator operator_;
  ContextKey key_;
  std::vector<Value> values_;
  std::string text_;
};

}  // namespace bedplate::identity::policy
