// Texts of a policy that others are compared with: wildcards and policy variables, compiled once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/policy/context.hpp"

namespace bedplate::identity::policy {

/// Whether a text is what a policy says. `kUnresolved`: no, for it names a policy variable that the
/// request has no (single) value for, so nothing equals it.
enum class Match { kNo, kYes, kUnresolved };

/// `*` is any characters, `?` one character; `${key}` the request's value for the key, `${key,
/// 'text'}` with a text for when it has none, `${*}`, `${?}` and `${$}` the characters themselves
/// (IAM user guide, "Variables and tags"). What a variable stands for is compared as it is: no
/// wildcard in it works.
///
/// Matching takes time of at most the product of the two lengths, whatever the pattern.
class Pattern {
 public:
  struct Rules {
    bool wildcards = false;
    bool variables = false;
    bool ignore_case = false;  ///< ASCII letters
  };

  Pattern(std::string_view text, Rules rules) : Pattern(text, rules, false) {}

  /// A pattern of the `Resource` element. A `?`, and a `*` that does not end its part, stay within
  /// their part of the ARN when that is one of the first five; a `*` that ends a part may run on
  /// past the colon ("Using wildcards in resource ARNs"). Missing parts are `*`.
  static Pattern of_resource(std::string_view text, bool variables);

  Match match(std::string_view text, const Context& context) const;

  /// True for `*` alone.
  bool matches_everything() const { return shape_ == Shape::kEverything; }
  bool is_literal() const { return shape_ == Shape::kLiteral; }
  bool has_variables() const { return has_variables_; }
  const std::string& source() const { return source_; }

  /// How often wildcards stand in the pattern that must not leave their part of an ARN.
  std::size_t confined_wildcards() const { return confined_wildcards_; }

 private:
  class Compiler;
  enum class Shape { kEverything, kLiteral, kPrefix, kPieces };
  enum class Kind { kText, kOne, kMany, kConfinedOne, kConfinedMany, kVariable };
  struct Piece {
    Kind kind;
    std::string text;               ///< kText
    std::optional<ContextKey> key;  ///< kVariable
    std::optional<std::string> otherwise;
  };
  /// A piece with its variable replaced.
  struct Resolved {
    Kind kind;
    std::string_view text;
    const Piece* variable;  ///< to be replaced; null: none
  };
  class Matching;

  Pattern(std::string_view text, Rules rules, bool resource);
  void choose_shape();
  Match match_resolved(const Resolved* begin, const Resolved* end, std::string_view text) const;

  Rules rules_;
  Shape shape_ = Shape::kPieces;
  bool has_variables_ = false;
  std::size_t confined_wildcards_ = 0;
  std::string source_;
  /// Shared by the copies of a pattern, so that the views in resolved_ stay valid.
  std::shared_ptr<const std::vector<Piece>> pieces_;
  std::vector<Resolved> resolved_;  ///< the pieces again, close together
  std::string_view prefix_;         ///< kPieces without variables: how every match begins
  std::string_view suffix_;         ///< and how it ends
};

/// Where a variable begins and ends in `text` at `at`, which is a `$`: its length, or 0 when it is
/// no variable (`$` alone, or braces that are not closed).
std::size_t variable_length(std::string_view text, std::size_t at);

}  // namespace bedplate::identity::policy
