#include "observe/event_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "api/operations.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/pattern.hpp"

namespace bedplate::observe {
namespace {

using protocol::Field;
using protocol::Kind;
using protocol::Shape;

constexpr std::size_t kIdentifierBytesMax = 2048;
// CloudTrail leaves out parameters that take more.
constexpr std::size_t kMembersBytesMax = 100 * 1024;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// Members that are secrets although not every model says so: STS's SessionToken, codes of MFA
/// devices, connection strings.
bool names_a_secret(std::string_view name) {
  constexpr std::array<std::string_view, 9> kWords{
      "token",     "secret", "password",        "authenticationcode", "privatekey",
      "assertion", "apikey", "credentialvalue", "connectionstring"};
  const std::string folded = lower(name);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

bool names_an_identifier(std::string_view name) {
  constexpr std::array<std::string_view, 13> kEnds{
      "provider", "arn",   "arns", "id",         "ids",     "identifier", "identifiers",
      "name",     "names", "path", "pathprefix", "version", "region"};
  const std::string folded = lower(name);
  return std::any_of(kEnds.begin(), kEnds.end(),
                     [&](std::string_view end) { return folded.ends_with(end); });
}

/// Tags and policies say who may do what: without them the trail would not tell what was changed.
bool is_of_access_control(const Shape& shape) {
  const std::string folded = lower(shape.name);
  return folded.starts_with("tagkey") || folded.starts_with("tagvalue") ||
         folded.ends_with("policydocumenttype") || folded == "resourcepolicydocument" ||
         folded == "resourcepolicy";
}

bool looks_like_an_identifier(std::string_view value) {
  return value.size() <= kIdentifierBytesMax &&
         std::all_of(value.begin(), value.end(),
                     [](unsigned char c) { return c > 0x20 && c != 0x7F; });
}

/// What the values of a shape can be, by its pattern.
enum class Texts {
  kAny,
  kWords,        ///< letters, digits and blanks, as in a name that people give
  kIdentifiers,  ///< neither words nor a generated secret
};

Texts texts_of(const Shape& shape) {
  constexpr std::string_view kWords = "do not tell anybody";
  constexpr std::array<std::string_view, 2> kFreeTexts{"Do not tell: the key is, say, \"hunter2\"!",
                                                       "x7!Kd/+%&==;\"q"};
  if (shape.pattern.empty()) return Texts::kAny;
  const auto takes = [&](std::string_view text) {
    return protocol::matches_pattern(shape.pattern, text);
  };
  if (std::any_of(kFreeTexts.begin(), kFreeTexts.end(), takes)) return Texts::kAny;
  return takes(kWords) ? Texts::kWords : Texts::kIdentifiers;
}

/// The strings' shapes of all operations, looked at once.
class StringShapes {
 public:
  StringShapes() {
    for (const protocol::OperationDescriptor& operation : api::kOperations) {
      visit(operation.input);
      visit(operation.output);
    }
  }
  Texts texts(const Shape& shape) const {
    const auto found = texts_.find(&shape);
    return found == texts_.end() ? Texts::kAny : found->second;
  }

 private:
  void visit(const Shape* shape) {
    if (shape == nullptr || !seen_.insert(shape).second) return;
    if (shape->kind == Kind::kString) texts_.emplace(shape, texts_of(*shape));
    for (const Field& field : shape->fields) visit(field.shape);
    visit(shape->element);
    visit(shape->key);
  }
  std::unordered_set<const Shape*> seen_;
  std::unordered_map<const Shape*, Texts> texts_;
};

const StringShapes& string_shapes() {
  static const StringShapes shapes;
  return shapes;
}

Texts known_texts_of(const Shape& shape) {
  return string_shapes().texts(shape);
}

bool shows_text(const Shape& shape, std::string_view name, const std::string& value) {
  if (!shape.enum_values.empty()) {
    const auto& known = shape.enum_values;
    if (std::find(known.begin(), known.end(), value) != known.end()) return true;
  }
  if (is_of_access_control(shape)) return true;
  const Texts texts = known_texts_of(shape);
  if (texts == Texts::kIdentifiers) return true;
  return names_an_identifier(name) && (texts == Texts::kWords || looks_like_an_identifier(value));
}

class Members {
 public:
  Members(bool identifiers_only, bool lower_first)
      : identifiers_only_(identifiers_only), lower_first_(lower_first) {}

  std::string render(const Shape& shape, const void* value) {
    append_structure(shape, value, 0);
    if (out_.size() > kMembersBytesMax) {
      return fmt::format(R"({{"omitted":true,"originalSize":{},"reason":"too large"}})",
                         out_.size());
    }
    return out_ == "{}" ? "null" : std::move(out_);
  }

 private:
  bool is_full() const { return out_.size() > kMembersBytesMax; }

  void append_hidden() {
    out_ += '"';
    out_ += kHidden;
    out_ += '"';
  }

  /// Whether anything at all of a member appears: content has no place here, not even hidden.
  bool appears(const Field& field, const void* member) const {
    if (!identifiers_only_) return true;
    const Shape& shape = *field.shape;
    if (field.location == protocol::Location::kPayload || shape.sensitive) return false;
    if (shape.kind != Kind::kString) return shape.kind <= Kind::kDouble;
    return !names_a_secret(field.name) &&
           shows_text(shape, field.name, *static_cast<const std::string*>(member));
  }

  void append_name(std::string_view name) {
    std::string shown(name);
    if (lower_first_) shown[0] = static_cast<char>(std::tolower(shown[0]));
    protocol::append_json_string(out_, shown);
    out_ += ':';
  }

  void append_structure(const Shape& shape, const void* value, int depth) {
    out_ += '{';
    bool first = true;
    for (const Field& field : shape.fields) {
      const void* member = protocol::member_of(field, value);
      if (member == nullptr || is_full() || !appears(field, member)) continue;
      if (!std::exchange(first, false)) out_ += ',';
      append_name(field.name);
      if (names_a_secret(field.name) && !field.idempotency_token &&
          field.shape->kind == Kind::kString) {
        append_hidden();
      } else {
        append_value(*field.shape, field.name, member, depth + 1);
      }
    }
    out_ += '}';
  }

  void append_list(const Shape& shape, std::string_view name, const void* list, int depth) {
    out_ += '[';
    for (std::size_t i = 0, size = shape.list->size(list); i < size && !is_full(); ++i) {
      if (i > 0) out_ += ',';
      append_value(*shape.element, name, shape.list->at(list, i), depth + 1);
    }
    out_ += ']';
  }

  /// A map's keys are the caller's own words unless its model says otherwise.
  void append_map(const Shape& shape, const void* map, int depth) {
    if (shape.key == nullptr ||
        !(is_of_access_control(*shape.key) || known_texts_of(*shape.key) == Texts::kIdentifiers)) {
      return append_hidden();
    }
    struct Walk {
      Members& members;
      const Shape& element;
      int depth;
      bool first = true;
    } walk{*this, *shape.element, depth};
    out_ += '{';
    shape.map->each(map, &walk, [](void* raw, const std::string& key, const void* value) {
      Walk& to = *static_cast<Walk*>(raw);
      if (to.members.is_full()) return;
      if (!std::exchange(to.first, false)) to.members.out_ += ',';
      protocol::append_json_string(to.members.out_, key);
      to.members.out_ += ':';
      to.members.append_value(to.element, {}, value, to.depth + 1);
    });
    out_ += '}';
  }

  void append_value(const Shape& shape, std::string_view name, const void* value, int depth) {
    constexpr int kDepthMax = 32;
    if (shape.sensitive || depth > kDepthMax) return append_hidden();
    switch (shape.kind) {
      case Kind::kBoolean:
      case Kind::kInteger:
      case Kind::kLong:
      case Kind::kFloat:
      case Kind::kDouble:
      case Kind::kTimestamp:
        protocol::append_json(out_, shape, value);
        return;
      case Kind::kString: {
        const auto& text = *static_cast<const std::string*>(value);
        if (!shows_text(shape, name, text)) return append_hidden();
        protocol::append_json_string(out_, text);
        return;
      }
      case Kind::kBlob:
      case Kind::kDocument:
        return append_hidden();
      case Kind::kList:
        return append_list(shape, name, value, depth);
      case Kind::kMap:
        return append_map(shape, value, depth);
      case Kind::kStructure:
      case Kind::kUnion:
        return append_structure(shape, value, depth);
    }
  }

  const bool identifiers_only_;
  const bool lower_first_;  ///< CloudTrail's spelling of the query services' members
  std::string out_;
};

}  // namespace

bool carries_content(const protocol::OperationDescriptor& operation) {
  return operation.service->service == protocol::Service::kRuntime ||
         operation.service->service == protocol::Service::kAgentRuntime;
}

std::string shown_members(const protocol::OperationDescriptor& operation, const Shape& shape,
                          const void* value) {
  const bool query = operation.service->protocol == protocol::Protocol::kQuery;
  return Members(carries_content(operation), query).render(shape, value);
}

void prepare_shown_members_blocking() {
  string_shapes();
}

std::string_view shown_identifier(std::string_view name, std::string_view value) {
  return looks_like_an_identifier(value) && !names_a_secret(name) ? value : kHidden;
}

}  // namespace bedplate::observe
