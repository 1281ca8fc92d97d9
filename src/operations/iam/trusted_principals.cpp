#include "operations/iam/trusted_principals.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/arn.hpp"
#include "base/iam_errors.hpp"
#include "identity/policy/principals.hpp"

namespace bedplate::operations::iam {
namespace {

namespace json = boost::json;
using identity::iam::RoleRecord;
using identity::iam::UserRecord;
using Replace = std::function<std::optional<std::string>(const std::string&)>;

/// Whether anything changed.
bool replace_text(json::value& value, const Replace& replace) {
  if (!value.is_string()) return false;
  auto instead = replace(std::string(value.get_string()));
  if (!instead) return false;
  value = *instead;
  return true;
}

bool replace_element(json::value& principal, const Replace& replace) {
  json::value* named = principal.is_object() ? principal.get_object().if_contains("AWS") : nullptr;
  if (named == nullptr) return false;
  if (!named->is_array()) return replace_text(*named, replace);
  bool changed = false;
  for (json::value& one : named->get_array()) changed |= replace_text(one, replace);
  return changed;
}

bool replace_statement(json::value& statement, const Replace& replace) {
  if (!statement.is_object()) return false;
  bool changed = false;
  for (const char* element : {"Principal", "NotPrincipal"}) {
    json::value* principal = statement.get_object().if_contains(element);
    if (principal != nullptr) changed |= replace_element(*principal, replace);
  }
  return changed;
}

ApiError invalid_principal(const std::string& principal) {
  // Recorded in many public reports.
  return errors::malformed_policy_document(
      fmt::format(R"(Invalid principal in policy: "AWS":"{}")", principal));
}

bool is_unique_id(std::string_view text) {
  return text.starts_with("AIDA") || text.starts_with("AROA");
}

template <class Record>
std::optional<std::string> id_of_record(storage::Transaction& transaction, const Arn& arn,
                                        const std::string& text) {
  const std::string name = arn.resource.substr(arn.resource.rfind('/') + 1);
  const auto record = identity::iam::find_record<Record>(transaction, arn.account, name);
  if (!record || identity::iam::arn_of(*record) != text) return std::nullopt;
  return record->id;
}

}  // namespace

std::string replace_principals(const std::string& document, const Replace& replace) {
  boost::system::error_code bad;
  json::value policy = json::parse(document, bad);
  if (bad || !policy.is_object()) return document;
  json::value* statements = policy.get_object().if_contains("Statement");
  if (statements == nullptr) return document;
  bool changed = false;
  if (statements->is_array()) {
    for (json::value& one : statements->get_array()) changed |= replace_statement(one, replace);
  } else {
    changed = replace_statement(*statements, replace);
  }
  return changed ? json::serialize(policy) : document;
}

TrustedPrincipals::TrustedPrincipals(const Context& context)
    : directory_(context.services.directories.get()) {
  const identity::CredentialStore& credentials = context.services.credentials;
  const identity::Principal first = credentials.principal_of(std::string(identity::kAdministrator),
                                                             identity::Principal::Kind::kAccessKey);
  first_account_ = credentials.account_id();
  first_administrator_arn_ = first.arn;
  first_administrator_id_ = first.caller->unique_id;
}

bool TrustedPrincipals::is_account(storage::Transaction& transaction,
                                   const std::string& account_id) const {
  return account_id == first_account_ ||
         identity::iam::find_account(transaction, account_id).has_value();
}

/// Nothing when the principal stays as it is.
std::optional<std::string> TrustedPrincipals::id_of(storage::Transaction& transaction,
                                                    const std::string& principal) const {
  if (principal == "*") return std::nullopt;
  if (principal == first_administrator_arn_) return first_administrator_id_;
  if (is_unique_id(principal)) {
    if (!arn_of(principal)) throw invalid_principal(principal);
    return std::nullopt;
  }
  const auto arn = parse_arn(principal);
  const std::string account = arn ? arn->account : principal;
  if (!is_account(transaction, account)) throw invalid_principal(principal);
  if (!arn || arn->service != "iam" || arn->resource == "root") return std::nullopt;
  auto id = arn->resource_type() == "user" ? id_of_record<UserRecord>(transaction, *arn, principal)
                                           : id_of_record<RoleRecord>(transaction, *arn, principal);
  if (!id) throw invalid_principal(principal);
  return id;
}

std::optional<std::string> TrustedPrincipals::arn_of(const std::string& id) const {
  if (id == first_administrator_id_) return first_administrator_arn_;
  for (const auto& [account_id, account] : directory_->accounts()) {
    if (const identity::User* user = account->find_user_by_id(id)) return user->stored->arn;
    if (const identity::Role* role = account->find_role_by_id(id)) return role->stored->arn;
  }
  return std::nullopt;
}

std::string TrustedPrincipals::pin(storage::Transaction& transaction,
                                   const std::string& document) const {
  return replace_principals(
      document, [&](const std::string& principal) { return id_of(transaction, principal); });
}

std::string TrustedPrincipals::show(const std::string& document) const {
  return replace_principals(document, [&](const std::string& principal) {
    return is_unique_id(principal) ? arn_of(principal) : std::nullopt;
  });
}

}  // namespace bedplate::operations::iam
