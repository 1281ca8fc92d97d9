#include "identity/policy/principals.hpp"

#include <algorithm>

#include "base/arn.hpp"

namespace bedplate::identity::policy {
namespace {

constexpr std::size_t kAccountIdDigits = 12;
constexpr std::size_t kUniqueIdPrefix = 4;
constexpr std::size_t kUniqueIdLengthMin = 16;

bool is_account_id(std::string_view text) {
  return text.size() == kAccountIdDigits &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// AIDA… or AROA…, as IAM writes users and roles that it keeps by their identity.
bool is_unique_id(std::string_view text) {
  if (text.size() < kUniqueIdLengthMin) return false;
  const std::string_view prefix = text.substr(0, kUniqueIdPrefix);
  return (prefix == "AIDA" || prefix == "AROA") &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == std::string_view::npos;
}

bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?") != std::string_view::npos;
}

/// Whether the ARN is that of someone who can make requests.
bool is_principal_arn(const Arn& arn) {
  if (!is_account_id(arn.account) || !arn.region.empty() || has_wildcard(arn.resource))
    return false;
  const std::string_view type = arn.resource_type();
  const std::string_view id = arn.resource_id();
  if (arn.service == "iam") return (type == "user" || type == "role") && !id.empty();
  if (arn.service != "sts" || id.empty()) return false;
  if (type == "federated-user") return true;
  const std::size_t slash = id.find('/');
  return type == "assumed-role" && slash != std::string_view::npos && slash > 0 &&
         slash + 1 < id.size();
}

std::string_view behind_last(std::string_view text, char separator) {
  return text.substr(text.rfind(separator) + 1);
}

std::string_view before_first(std::string_view text, char separator) {
  return text.substr(0, text.find(separator));
}

Naming named_by(const PrincipalElement::Entry& entry, const Caller& caller) {
  using Kind = PrincipalElement::Entry::Kind;
  const auto direct = [](bool yes) { return yes ? Naming::kDirect : Naming::kNone; };
  const std::string& value = entry.value;
  switch (entry.kind) {
    case Kind::kEverybody:
      return Naming::kDirect;
    case Kind::kAccount:
      if (value != caller.account_id) return Naming::kNone;
      return caller.type == Caller::Type::kRoot ? Naming::kDirect : Naming::kAccount;
    case Kind::kArn:
      if (value == caller.arn) return Naming::kDirect;
      return !value.empty() && value == caller.entity_arn ? Naming::kEntity : Naming::kNone;
    case Kind::kUniqueId:
      if (value == caller.unique_id) return Naming::kDirect;
      return value == before_first(caller.unique_id, ':') ? Naming::kEntity : Naming::kNone;
    case Kind::kService:
      return direct(caller.type == Caller::Type::kService && value == caller.service);
    case Kind::kFederated:
      return direct(!caller.federated_provider.empty() && value == caller.federated_provider);
    case Kind::kCanonicalUser:
      return direct(!caller.canonical_user_id.empty() && value == caller.canonical_user_id);
  }
  return Naming::kNone;
}

std::string_view type_name(Caller::Type type) {
  switch (type) {
    case Caller::Type::kUser:
      return "User";
    case Caller::Type::kAssumedRole:
      return "AssumedRole";
    case Caller::Type::kFederatedUser:
      return "FederatedUser";
    case Caller::Type::kRoot:
      return "Account";
    case Caller::Type::kService:
      return "Service";
    case Caller::Type::kAnonymous:
      break;
  }
  return "Anonymous";
}

}  // namespace

void Caller::describe(Context& context) const {
  context.set("aws:PrincipalType", type_name(type));
  if (type == Type::kService || type == Type::kAnonymous) return;
  context.set("aws:PrincipalArn", type == Type::kAssumedRole ? entity_arn : arn);
  context.set("aws:PrincipalAccount", account_id);
  if (!unique_id.empty()) context.set("aws:userid", unique_id);
  if (type == Type::kRoot) context.set("aws:userid", account_id);
  if (type == Type::kUser) context.set("aws:username", user_name);
  for (const auto& [key, value] : tags) context.set("aws:PrincipalTag/" + key, value);
}

std::optional<Caller> parse_caller(std::string_view text) {
  Caller caller;
  if (text == "*") return caller;
  const std::optional<Arn> arn = parse_arn(text);
  if (!arn) {
    if (!text.ends_with(".amazonaws.com") || has_wildcard(text)) return std::nullopt;
    caller.type = Caller::Type::kService;
    caller.service = text;
    return caller;
  }
  caller.arn = text;
  caller.account_id = arn->account;
  if (arn->service == "iam" && arn->resource == "root" && is_account_id(arn->account)) {
    caller.type = Caller::Type::kRoot;
    return caller;
  }
  if (!is_principal_arn(*arn) || arn->resource_type() == "role") return std::nullopt;
  if (arn->resource_type() == "user") {
    caller.type = Caller::Type::kUser;
    caller.user_name = behind_last(arn->resource, '/');
  } else if (arn->resource_type() == "assumed-role") {
    caller.type = Caller::Type::kAssumedRole;
    const std::string role(before_first(arn->resource_id(), '/'));
    caller.entity_arn = Arn{arn->partition, "iam", "", arn->account, "role/" + role}.text();
  } else {
    caller.type = Caller::Type::kFederatedUser;
  }
  return caller;
}

std::optional<PrincipalElement::Entry> PrincipalElement::parse_entry(std::string_view type,
                                                                     std::string_view value) {
  using Kind = Entry::Kind;
  const std::string text(value);
  if (value.empty()) return std::nullopt;
  if (type == "AWS") {
    if (value == "*") return Entry{Kind::kEverybody, ""};
    if (is_account_id(value)) return Entry{Kind::kAccount, text};
    if (is_unique_id(value)) return Entry{Kind::kUniqueId, text};
    const std::optional<Arn> arn = parse_arn(value);
    if (!arn) return std::nullopt;
    if (arn->service == "iam" && arn->resource == "root" && is_account_id(arn->account)) {
      return Entry{Kind::kAccount, arn->account};
    }
    return is_principal_arn(*arn) ? std::optional(Entry{Kind::kArn, text}) : std::nullopt;
  }
  if (has_wildcard(value)) return std::nullopt;
  if (type == "Service") {
    return value.find('.') != std::string_view::npos ? std::optional(Entry{Kind::kService, text})
                                                     : std::nullopt;
  }
  if (type == "Federated") return Entry{Kind::kFederated, text};
  if (type == "CanonicalUser") return Entry{Kind::kCanonicalUser, text};
  return std::nullopt;
}

Naming PrincipalElement::names(const Caller& caller, bool statement_denies) const {
  Naming best = Naming::kNone;
  for (const Entry& entry : entries_) best = std::max(best, named_by(entry, caller));
  if (!negated_) return best;
  const bool named = statement_denies ? best >= Naming::kEntity : best != Naming::kNone;
  return named ? Naming::kNone : Naming::kDirect;
}

}  // namespace bedplate::identity::policy
