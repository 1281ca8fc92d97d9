#include "identity/policy/condition.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace bedplate::identity::policy {
namespace {

constexpr std::size_t kPartsOfArn = 6;

struct NamedOperator {
  std::string_view name;
  Comparison comparison;
  bool negated;
};

// IAM user guide, "IAM JSON policy elements: Condition operators".
constexpr NamedOperator kOperators[] = {
    {"StringEquals", Comparison::kString, false},
    {"StringNotEquals", Comparison::kString, true},
    {"StringEqualsIgnoreCase", Comparison::kStringIgnoreCase, false},
    {"StringNotEqualsIgnoreCase", Comparison::kStringIgnoreCase, true},
    {"StringLike", Comparison::kStringLike, false},
    {"StringNotLike", Comparison::kStringLike, true},
    {"NumericEquals", Comparison::kNumericEquals, false},
    {"NumericNotEquals", Comparison::kNumericEquals, true},
    {"NumericLessThan", Comparison::kNumericLess, false},
    {"NumericLessThanEquals", Comparison::kNumericLessEquals, false},
    {"NumericGreaterThan", Comparison::kNumericGreater, false},
    {"NumericGreaterThanEquals", Comparison::kNumericGreaterEquals, false},
    {"DateEquals", Comparison::kDateEquals, false},
    {"DateNotEquals", Comparison::kDateEquals, true},
    {"DateLessThan", Comparison::kDateLess, false},
    {"DateLessThanEquals", Comparison::kDateLessEquals, false},
    {"DateGreaterThan", Comparison::kDateGreater, false},
    {"DateGreaterThanEquals", Comparison::kDateGreaterEquals, false},
    {"Bool", Comparison::kBool, false},
    {"BinaryEquals", Comparison::kBinary, false},
    {"IpAddress", Comparison::kAddress, false},
    {"NotIpAddress", Comparison::kAddress, true},
    {"ArnEquals", Comparison::kArn, false},
    {"ArnLike", Comparison::kArn, false},
    {"ArnNotEquals", Comparison::kArn, true},
    {"ArnNotLike", Comparison::kArn, true},
    {"Null", Comparison::kNull, false},
};

template <typename Type>
bool compares(Comparison comparison, const Type& value, const Type& limit) {
  switch (comparison) {
    case Comparison::kNumericLess:
    case Comparison::kDateLess:
      return value < limit;
    case Comparison::kNumericLessEquals:
    case Comparison::kDateLessEquals:
      return value <= limit;
    case Comparison::kNumericGreater:
    case Comparison::kDateGreater:
      return value > limit;
    case Comparison::kNumericGreaterEquals:
    case Comparison::kDateGreaterEquals:
      return value >= limit;
    default:
      return value == limit;
  }
}

bool is_date(Comparison comparison) {
  return comparison >= Comparison::kDateEquals && comparison <= Comparison::kDateGreaterEquals;
}

Match matched(bool yes) {
  return yes ? Match::kYes : Match::kNo;
}

/// The parts between the first five colons of a pattern; a colon inside a variable is none.
std::vector<std::string_view> parts_of_pattern(std::string_view text, bool variables) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (variables && text[at] == '$') {
      const std::size_t length = variable_length(text, at);
      if (length > 0) at += length - 1;
    } else if (text[at] == ':' && parts.size() + 1 < kPartsOfArn) {
      parts.push_back(text.substr(begin, at - begin));
      begin = at + 1;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

/// The six parts of an ARN; false when it has fewer.
bool split_arn(std::string_view arn, std::array<std::string_view, kPartsOfArn>& parts) {
  if (!arn.starts_with("arn:")) return false;
  for (std::size_t i = 0; i + 1 < kPartsOfArn; ++i) {
    const std::size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return false;
    parts[i] = arn.substr(0, colon);
    arn.remove_prefix(colon + 1);
  }
  parts[kPartsOfArn - 1] = arn;
  return true;
}

std::string describe(std::string_view name, std::string_view key,
                     const std::vector<std::string>& values) {
  std::string text(name);
  text.append(" ").append(key).append(" =");
  if (values.empty()) text += " (no value)";
  for (std::size_t i = 0; i < values.size(); ++i) {
    text.append(i == 0 ? " \"" : ", \"").append(values[i]).append("\"");
  }
  return text;
}

}  // namespace

std::optional<Operator> parse_operator(std::string_view name) {
  constexpr std::string_view kAny = "ForAnyValue:";
  constexpr std::string_view kAll = "ForAllValues:";
  constexpr std::string_view kIfExists = "IfExists";
  Operator op;
  if (name.starts_with(kAny)) {
    op.set = SetOperator::kForAnyValue;
    name.remove_prefix(kAny.size());
  } else if (name.starts_with(kAll)) {
    op.set = SetOperator::kForAllValues;
    name.remove_prefix(kAll.size());
  }
  if (name.ends_with(kIfExists)) {
    op.if_exists = true;
    name.remove_suffix(kIfExists.size());
  }
  for (const NamedOperator& known : kOperators) {
    if (known.name != name) continue;
    op.comparison = known.comparison;
    op.negated = known.negated;
    const bool plain = !op.if_exists && op.set == SetOperator::kNone;
    if (op.comparison == Comparison::kNull && !plain) return std::nullopt;
    return op;
  }
  return std::nullopt;
}

std::optional<ArnPattern> ArnPattern::compile(std::string_view text, bool variables) {
  const Pattern::Rules rules{true, variables, false};
  ArnPattern pattern;
  const std::vector<std::string_view> parts = parts_of_pattern(text, variables);
  if (parts.size() == kPartsOfArn) {
    for (const std::string_view part : parts) pattern.parts_.emplace_back(part, rules);
    return pattern;
  }
  pattern.parts_.emplace_back(text, rules);
  const Pattern& whole = pattern.parts_.front();
  if (!whole.matches_everything() && !whole.has_variables()) return std::nullopt;
  return pattern;
}

Match ArnPattern::match(std::string_view arn, const Context& context) const {
  std::array<std::string_view, kPartsOfArn> parts;
  if (!split_arn(arn, parts)) return Match::kNo;
  if (parts_.size() == 1) return parts_.front().match(arn, context);
  Match all = Match::kYes;
  for (std::size_t i = 0; i < kPartsOfArn; ++i) {
    const Match one = parts_[i].match(parts[i], context);
    if (one == Match::kNo) return Match::kNo;
    if (one == Match::kUnresolved) all = one;
  }
  return all;
}

Condition::Condition(std::string_view operator_name, Operator op, std::string_view key,
                     const std::vector<std::string>& values, bool variables)
    : operator_(op), key_(key), text_(describe(operator_name, key, values)) {
  for (const std::string& value : values) values_.push_back(compile(value, variables));
}

Condition::Value Condition::compile(const std::string& text, bool variables) const {
  const auto read = [](auto parsed) -> Value {
    if (!parsed) throw UnreadableValue();
    return Value(*std::move(parsed));
  };
  switch (operator_.comparison) {
    case Comparison::kString:
      return Pattern(text, {false, variables, false});
    case Comparison::kStringIgnoreCase:
      return Pattern(text, {false, variables, true});
    case Comparison::kStringLike:
      return Pattern(text, {true, variables, false});
    case Comparison::kBool: {
      Pattern pattern(text, {false, variables, true});
      if (!pattern.has_variables() && !parse_boolean(text)) throw UnreadableValue();
      return pattern;
    }
    case Comparison::kNull:
      return read(parse_boolean(text));
    case Comparison::kBinary:
      return read(base64_decode(text));
    case Comparison::kAddress:
      return read(parse_address_range(text));
    case Comparison::kArn:
      return read(ArnPattern::compile(text, variables));
    default:
      if (is_date(operator_.comparison)) return read(parse_instant(text));
      return read(parse_number(text));
  }
}

Match Condition::match(const std::string& value, const Context& context) const {
  const auto any = [&](auto matches) {
    return matched(std::any_of(values_.begin(), values_.end(), matches));
  };
  switch (operator_.comparison) {
    case Comparison::kBinary:
      return any([&](const Value& one) { return std::get<std::string>(one) == value; });
    case Comparison::kAddress: {
      const std::optional<AddressRange> address = parse_address_range(value);
      if (!address) return Match::kUnresolved;
      return any([&](const Value& one) { return std::get<AddressRange>(one).contains(*address); });
    }
    case Comparison::kString:
    case Comparison::kStringIgnoreCase:
    case Comparison::kStringLike:
    case Comparison::kBool:
    case Comparison::kArn:
      break;
    default: {
      if (is_date(operator_.comparison)) {
        const std::optional<Instant> time = parse_instant(value);
        if (!time) return Match::kUnresolved;
        return any([&](const Value& one) {
          return compares(operator_.comparison, *time, std::get<Instant>(one));
        });
      }
      const std::optional<double> number = parse_number(value);
      if (!number) return Match::kUnresolved;
      return any([&](const Value& one) {
        return compares(operator_.comparison, *number, std::get<double>(one));
      });
    }
  }
  Match best = Match::kNo;
  for (const Value& one : values_) {
    const Match found = operator_.comparison == Comparison::kArn
                            ? std::get<ArnPattern>(one).match(value, context)
                            : std::get<Pattern>(one).match(value, context);
    if (found == Match::kYes) return found;
    if (found == Match::kUnresolved) best = found;
  }
  return best;
}

bool Condition::holds_for_one(const std::string& value, const Context& context, bool denies) const {
  const Match found = match(value, context);
  if (!operator_.negated) return found == Match::kYes;
  return found == Match::kNo || (found == Match::kUnresolved && denies);
}

bool Condition::holds_for_any(const std::vector<std::string>& values, const Context& context,
                              bool denies) const {
  return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
    return holds_for_one(value, context, denies);
  });
}

bool Condition::holds(const Context& context, bool denies) const {
  const std::vector<std::string>* values = context.find(key_);
  if (operator_.comparison == Comparison::kNull) {
    return std::any_of(values_.begin(), values_.end(), [&](const Value& one) {
      return std::get<bool>(one) == (values == nullptr);
    });
  }
  if (values == nullptr && operator_.if_exists) return true;
  if (operator_.set != SetOperator::kNone) {
    // "Single-valued vs. multivalued context keys": no key, or nothing but empty texts, is an empty
    // set, of which everything is true for all and nothing is true for any.
    const bool empty =
        values == nullptr || std::all_of(values->begin(), values->end(),
                                         [](const std::string& value) { return value.empty(); });
    if (empty) return operator_.set == SetOperator::kForAllValues;
    if (operator_.set == SetOperator::kForAnyValue) return holds_for_any(*values, context, denies);
  } else {
    if (values == nullptr) return operator_.negated;
    if (!operator_.negated) return holds_for_any(*values, context, denies);
  }
  return std::all_of(values->begin(), values->end(), [&](const std::string& value) {
    return holds_for_one(value, context, denies);
  });
}

}  // namespace bedplate::identity::policy
