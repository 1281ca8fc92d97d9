#include "protocol/query/query_reader.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <set>

#include "base/api_error.hpp"
#include "protocol/json_reader.hpp"

namespace bedplate::protocol::query {
namespace {

namespace json = boost::json;

// How AWS reports an empty number.
constexpr const char* kNoNumber = "missing value for decimal type";

json::value read_integer(std::string_view text, bool is_long) {
  if (text.empty()) throw errors::malformed_input(kNoNumber);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || (!is_long && !std::in_range<std::int32_t>(number))) {
    throw errors::malformed_input(
        fmt::format("A parameter is no {} integer.", is_long ? "64-bit" : "32-bit"));
  }
  return number;
}

json::value read_fraction(std::string_view text) {
  if (text.empty()) throw errors::malformed_input(kNoNumber);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw errors::malformed_input("A parameter is no number.");
  }
  return number;
}

json::value read_scalar(const Shape& shape, const std::string& text) {
  switch (shape.kind) {
    case Kind::kBoolean:
      if (text == "true" || text == "false") return text == "true";
      throw errors::malformed_input("A parameter is neither true nor false.");
    case Kind::kInteger:
    case Kind::kLong:
      return read_integer(text, shape.kind == Kind::kLong);
    case Kind::kFloat:
    case Kind::kDouble:
      return read_fraction(text);
    default:
      return json::string(text);  // the Reader knows blobs and timestamps
  }
}

/// Makes of flat names the JSON that the same shape would have, so that one Reader fills and checks
/// the structs of every protocol. It descends only where a parameter leads, so the length of a name
/// bounds its depth.
class Tree {
 public:
  explicit Tree(const Parameters& parameters) : parameters_(parameters) {}

  json::object members(const Shape& shape, const std::string& prefix) const {
    json::object object;
    for (const Field& field : shape.fields) {
      const std::string name = prefix + std::string(field.name);
      if (auto value = read(*field.shape, name)) object.emplace(field.name, *std::move(value));
    }
    return object;
  }

 private:
  // Nothing when no parameter has that name or lies below it.
  std::optional<json::value> read(const Shape& shape, const std::string& name) const {
    const std::string* own = parameters_.find(name);
    const bool nested = shape.kind >= Kind::kList;
    if (!nested) return own ? std::optional(read_scalar(shape, *own)) : std::nullopt;
    const std::size_t below = parameters_.below(name + ".").size();
    if (own == nullptr && below == 0) return std::nullopt;
    if (own != nullptr && (!own->empty() || below > 0)) {
      throw errors::malformed_input(fmt::format("The parameter {} is not a single value.", name));
    }
    if (shape.kind == Kind::kList) return list(*shape.element, name + ".member.", below);
    if (shape.kind == Kind::kMap) return map(*shape.element, name + ".entry.", below);
    return members(shape, name + ".");
  }

  json::value list(const Shape& element, const std::string& prefix, std::size_t below) const {
    json::array array;
    for (std::size_t i = 1, count = count_elements(prefix, below); i <= count; ++i) {
      array.push_back(read(element, prefix + std::to_string(i)).value_or(nullptr));
    }
    return array;
  }

  json::value map(const Shape& element, const std::string& prefix, std::size_t below) const {
    json::object object;
    for (std::size_t i = 1, count = count_elements(prefix, below); i <= count; ++i) {
      const std::string entry = fmt::format("{}{}.", prefix, i);
      const std::string* key = parameters_.find(entry + "key");
      if (key == nullptr) throw errors::malformed_input("An entry of a map has no key.");
      object.emplace(*key, read(element, entry + "value").value_or(nullptr));
    }
    return object;
  }

  // The elements' numbers: 1, 2, 3 and so on, without a gap. Clients send no other, and a gap would
  // leave open which element an error names.
  std::size_t count_elements(const std::string& prefix, std::size_t below) const {
    const std::span<const Parameter> parameters = parameters_.below(prefix);
    std::set<std::size_t> numbers;
    for (const Parameter& parameter : parameters) {
      numbers.insert(number_in(std::string_view(parameter.name).substr(prefix.size())));
    }
    const bool gapless =
        numbers.empty() || (*numbers.begin() == 1 && *numbers.rbegin() == numbers.size());
    if (!gapless || parameters.size() != below) {
      throw errors::malformed_input(fmt::format(
          "The elements of a list or map must be named {}1, {}2 and so on.", prefix, prefix));
    }
    return numbers.size();
  }

  // 12 of "12.Key"; 0, which no element has, for anything else.
  static std::size_t number_in(std::string_view name) {
    const std::string_view digits = name.substr(0, name.find('.'));
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool plain =
        error == std::errc{} && end == digits.data() + digits.size() && !digits.starts_with('0');
    return plain ? number : 0;
  }

  const Parameters& parameters_;
};

}  // namespace

void read_input(const OperationDescriptor& operation, const Parameters& parameters, void* input) {
  Reader reader(MemberNames::kLowerFirst);
  reader.read_body(*operation.input, Tree(parameters).members(*operation.input, ""), input);
  reader.throw_if_broken();
}

}  // namespace bedplate::protocol::query
