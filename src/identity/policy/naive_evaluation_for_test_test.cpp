#include "identity/policy/naive_evaluation_for_test.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <ctime>

#include "base/bytes.hpp"

namespace bedplate::identity::policy::naive {
namespace {

namespace json = boost::json;
using Texts = std::vector<std::string>;

/// One character of a pattern. Wildcards are marked so that texts from variables have none.
struct Token {
  char character;
  bool wildcard;
  bool stays;  ///< does not match a colon
};
using Tokens = std::vector<Token>;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

Texts list(const json::value& value) {
  const auto text = [](const json::value& one) {
    return one.is_string() ? std::string(one.as_string()) : json::serialize(one);
  };
  if (!value.is_array()) return {text(value)};
  Texts all;
  for (const json::value& one : value.as_array()) all.push_back(text(one));
  return all;
}

bool matches_from(const Tokens& pattern, std::size_t p, const std::string& text, std::size_t t,
                  std::map<std::pair<std::size_t, std::size_t>, bool>& known) {
  if (p == pattern.size()) return t == text.size();
  if (const auto at = known.find({p, t}); at != known.end()) return at->second;
  const Token& token = pattern[p];
  const bool fits = t < text.size() && !(token.stays && text[t] == ':');
  bool result = false;
  if (token.wildcard && token.character == '*') {
    result = matches_from(pattern, p + 1, text, t, known) ||
             (fits && matches_from(pattern, p, text, t + 1, known));
  } else if (token.wildcard) {
    result = fits && matches_from(pattern, p + 1, text, t + 1, known);
  } else {
    result = t < text.size() && token.character == text[t] &&
             matches_from(pattern, p + 1, text, t + 1, known);
  }
  known[{p, t}] = result;
  return result;
}

bool matches(const Tokens& pattern, const std::string& text) {
  std::map<std::pair<std::size_t, std::size_t>, bool> known;
  return matches_from(pattern, 0, text, 0, known);
}

class Evaluator {
 public:
  explicit Evaluator(const Question& question) : question_(question) {}

  std::string decide() {
    const std::vector<std::pair<std::string, std::vector<json::value>>> types{
        {"identity-based policy", question_.identity},
        {"permissions boundary", boundary()},
        {"session policy", question_.session},
        {"resource-based policy", question_.resource_policies}};
    for (const auto& [name, policies] : types) {
      if (any(policies, "Deny")) return "explicit deny: " + name;
    }
    const bool same_account =
        question_.resource_account.empty() || question_.resource_account == question_.account;
    const bool identity = any(question_.identity, "Allow");
    const bool resource = any(question_.resource_policies, "Allow");
    if (same_account && any(question_.resource_policies, "Allow", "direct")) return "allowed";
    const bool role = same_account && any(question_.resource_policies, "Allow", "role");
    if (!identity && !role) return "none: identity-based policy";
    if (!same_account && !resource) return "none: resource-based policy";
    if (question_.boundary && !any(boundary(), "Allow")) return "none: permissions boundary";
    if (!question_.session.empty() && !any(question_.session, "Allow")) {
      return "none: session policy";
    }
    return "allowed";
  }

 private:
  std::vector<json::value> boundary() const {
    if (!question_.boundary) return {};
    return {*question_.boundary};
  }

  bool any(const std::vector<json::value>& policies, const std::string& effect,
           const std::string& naming = "") {
    for (const json::value& policy : policies) {
      variables_ = policy.at("Version").as_string() == "2012-10-17";
      const json::value& statements = policy.at("Statement");
      for (const json::value& one : statements.as_array()) {
        if (one.at("Effect").as_string() == effect && applies(one.as_object(), naming)) return true;
      }
    }
    return false;
  }

  bool applies(const json::object& statement, const std::string& naming) {
    denies_ = statement.at("Effect").as_string() == "Deny";
    if (const auto* actions = statement.if_contains("Action")) {
      if (!action_in(list(*actions))) return false;
    } else if (action_in(list(statement.at("NotAction")))) {
      return false;
    }
    if (!resource_applies(statement)) return false;
    if (!principal_applies(statement, naming)) return false;
    const auto* conditions = statement.if_contains("Condition");
    if (conditions == nullptr) return true;
    for (const auto& [name, tests] : conditions->as_object()) {
      for (const auto& [key, values] : tests.as_object()) {
        if (!condition_holds(std::string(name), lower(std::string(key)), list(values))) {
          return false;
        }
      }
    }
    return true;
  }

  bool action_in(const Texts& patterns) const {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
      Tokens tokens;
      for (const char c : lower(pattern)) tokens.push_back({c, c == '*' || c == '?', false});
      return matches(tokens, lower(question_.action));
    });
  }

  /// Replaces the variables. Nothing when one has no value.
  std::optional<Tokens> tokens_of(const std::string& text, bool wildcards, bool arn) const {
    Tokens tokens;
    int colons = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (variables_ && text.compare(i, 2, "${") == 0) {
        const std::size_t end = text.find('}', i);
        std::string name = text.substr(i + 2, end - i - 2);
        i = end;
        std::optional<std::string> value;
        if (name == "*" || name == "?" || name == "$") {
          value = name;
        } else {
          if (const std::size_t comma = name.find(','); comma != std::string::npos) {
            value = name.substr(comma + 3, name.size() - comma - 4);
            name.resize(comma);
          }
          const auto at = question_.context.find(lower(name));
          if (at != question_.context.end() && at->second.size() == 1) value = at->second[0];
        }
        if (!value) return std::nullopt;
        for (const char c : *value) tokens.push_back({c, false, false});
        continue;
      }
      const bool wildcard = wildcards && (text[i] == '*' || text[i] == '?');
      const bool ends_part = i + 1 == text.size() || text[i + 1] == ':';
      const bool stays = arn && colons < 5 && !(text[i] == '*' && ends_part);
      tokens.push_back({text[i], wildcard, wildcard && stays});
      if (text[i] == ':') ++colons;
    }
    return tokens;
  }

  bool resource_applies(const json::object& statement) const {
    const bool negated = statement.contains("NotResource");
    bool unresolved = false;
    for (const std::string& pattern : list(statement.at(negated ? "NotResource" : "Resource"))) {
      const auto tokens = tokens_of(pattern, true, true);
      if (!tokens) {
        unresolved = true;
      } else if (matches(*tokens, question_.resource)) {
        return !negated;
      }
    }
    return negated && (denies_ || !unresolved);
  }

  bool principal_applies(const json::object& statement, const std::string& naming) const {
    const auto* principal = statement.if_contains("Principal");
    if (principal == nullptr) return true;
    if (principal->is_string()) return naming.empty() || naming == "direct";
    for (const std::string& name : list(principal->at("AWS"))) {
      const bool everybody = name == "*";
      const bool itself = name == question_.principal_arn;
      const bool role = !question_.role_arn.empty() && name == question_.role_arn;
      const bool account = name == question_.account;
      if ((everybody || itself) && (naming.empty() || naming == "direct")) return true;
      if (role && (naming.empty() || naming == "role")) return true;
      if (account && naming.empty()) return true;
    }
    return false;
  }

  bool condition_holds(std::string name, const std::string& key, const Texts& wanted) const {
    const auto at = question_.context.find(key);
    const Texts values = at == question_.context.end() ? Texts{} : at->second;
    if (name == "Null") return (wanted.at(0) == "true") == values.empty();
    const bool all = name.starts_with("ForAllValues:");
    const bool one = name.starts_with("ForAnyValue:");
    if (all || one) name = name.substr(name.find(':') + 1);
    if (name.ends_with("IfExists")) {
      if (values.empty()) return true;
      name.resize(name.size() - 8);
    }
    const std::size_t no = name.find("Not");
    const bool negated = no != std::string::npos;
    if (negated) name.erase(no, 3);
    if (all || one) {
      const bool empty = std::all_of(values.begin(), values.end(),
                                     [](const std::string& value) { return value.empty(); });
      if (empty) return all;
    } else if (values.empty()) {
      return negated;
    }
    const auto holds = [&](const std::string& value) {
      return value_holds(name, negated, value, wanted);
    };
    const bool every = all || (!one && negated);
    return every ? std::all_of(values.begin(), values.end(), holds)
                 : std::any_of(values.begin(), values.end(), holds);
  }

  bool value_holds(const std::string& name, bool negated, const std::string& value,
                   const Texts& wanted) const {
    bool unclear = false;
    for (const std::string& one : wanted) {
      const std::optional<bool> result = compare(name, value, one);
      if (!result) unclear = true;
      if (result.value_or(false)) return !negated;
    }
    return negated && (denies_ || !unclear);
  }

  std::optional<bool> compare(const std::string& name, const std::string& value,
                              const std::string& wanted) const {
    if (name.starts_with("Numeric")) return ordered(name, std::stod(value), std::stod(wanted));
    if (name.starts_with("Date")) return ordered(name, seconds(value), seconds(wanted));
    if (name == "IpAddress") return in_range(value, wanted);
    if (name == "BinaryEquals") return base64_encode(value) == wanted;
    if (name.starts_with("Arn")) return arn_like(value, wanted);
    const auto tokens = tokens_of(wanted, name == "StringLike", false);
    if (!tokens) return std::nullopt;
    if (name == "StringLike") return matches(*tokens, value);
    std::string text;
    for (const Token& token : *tokens) text += token.character;
    if (name == "StringEquals") return text == value;
    return lower(text) == lower(value);  // StringEqualsIgnoreCase, Bool
  }

  static bool ordered(const std::string& name, double value, double limit) {
    if (name.ends_with("LessThan")) return value < limit;
    if (name.ends_with("LessThanEquals")) return value <= limit;
    if (name.ends_with("GreaterThan")) return value > limit;
    if (name.ends_with("GreaterThanEquals")) return value >= limit;
    return value == limit;
  }

  static double seconds(const std::string& text) {
    if (text.find('-') == std::string::npos) return std::stod(text);
    std::tm time{};
    strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time);
    return static_cast<double>(timegm(&time));
  }

  static std::uint32_t address(const std::string& text) {
    in_addr parsed{};
    inet_pton(AF_INET, text.c_str(), &parsed);
    return ntohl(parsed.s_addr);
  }

  static bool in_range(const std::string& value, const std::string& range) {
    const std::size_t slash = range.find('/');
    const int bits = slash == std::string::npos ? 32 : std::stoi(range.substr(slash + 1));
    const std::uint64_t block = std::uint64_t{1} << (32 - bits);
    return address(value) / block == address(range.substr(0, slash)) / block;
  }

  std::optional<bool> arn_like(const std::string& value, const std::string& wanted) const {
    const auto parts = [](std::string text) {
      Texts all;
      for (int i = 0; i < 5; ++i) {
        const std::size_t colon = text.find(':');
        if (colon == std::string::npos) return all;
        all.push_back(text.substr(0, colon));
        text.erase(0, colon + 1);
      }
      all.push_back(text);
      return all;
    };
    const Texts have = parts(value);
    const Texts want = parts(wanted);
    if (have.size() != 6) return false;
    bool unresolved = false;
    for (int i = 0; i < 6; ++i) {
      const auto tokens = tokens_of(want[i], true, false);
      if (!tokens) {
        unresolved = true;
      } else if (!matches(*tokens, have[i])) {
        return false;
      }
    }
    if (unresolved) return std::nullopt;
    return true;
  }

  const Question& question_;
  bool variables_ = false;
  bool denies_ = false;
};

}  // namespace

std::string decide(const Question& question) {
  return Evaluator(question).decide();
}

}  // namespace bedplate::identity::policy::naive
