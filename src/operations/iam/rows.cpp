#include "operations/iam/rows.hpp"

#include "identity/credential_store.hpp"
#include "identity/policy/principals.hpp"

namespace bedplate::operations::iam {
namespace {

std::string lower_first(std::string_view text) {
  std::string out(text);
  out.front() = static_cast<char>(out.front() - 'A' + 'a');
  return out;
}

}  // namespace

ApiError no_such(std::string_view noun, std::string_view name) {
  return errors::no_such_entity(
      fmt::format("The {} with name {} cannot be found.", lower_first(noun), name));
}

ApiError already_exists(std::string_view noun, std::string_view name) {
  if (noun == Quota<PolicyRecord>::kNoun) {
    return errors::entity_already_exists(
        fmt::format("A policy called {} already exists. Duplicate names are not allowed.", name));
  }
  return errors::entity_already_exists(fmt::format("{} with name {} already exists.", noun, name));
}

ApiError over_quota(std::string_view quota, std::int64_t max) {
  return errors::limit_exceeded(fmt::format("Cannot exceed quota for {}: {}", quota, max));
}

std::shared_ptr<const identity::Account> account_of(const Context& context) {
  auto account = context.services.directories.get()->find_account(context.principal.account_id);
  if (account) return account;
  identity::AccountRows rows;
  rows.account.id = context.principal.account_id;
  return std::make_shared<const identity::Account>(std::move(rows));
}

std::string user_name_or_caller(const Context& context, const std::optional<std::string>& name) {
  if (name) return *name;
  if (context.principal.caller->type != identity::policy::Caller::Type::kUser) {
    throw errors::validation("Must specify userName when calling with non-User credentials");
  }
  return context.principal.user_name;
}

bool is_first_administrator(const Context& context, const std::string& user_name) {
  return user_name == identity::kAdministrator &&
         context.principal.account_id == context.services.credentials.account_id();
}

}  // namespace bedplate::operations::iam
