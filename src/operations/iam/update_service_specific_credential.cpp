// UpdateServiceSpecificCredential, Reset… (another key, the old one ends) and Delete….
#include "identity/api_key.hpp"
#include "operations/iam/rows.hpp"
#include "operations/iam/service_credentials.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::UpdateServiceSpecificCredential::Response>
handle<op::iam::UpdateServiceSpecificCredential>(
    Context& context, op::iam::UpdateServiceSpecificCredential::Request request) {
  if (request.Status == "Expired") {
    throw errors::validation("A credential cannot be made Expired: it becomes so by itself.");
  }
  const std::string name = iam::user_name_or_caller(context, request.UserName);
  const std::string id = request.ServiceSpecificCredentialId;
  const bool active = request.Status == "Active";
  const auto change = [id, active](storage::Transaction&, iam::UserRecord& user) {
    iam::find_credential(user, id).active = active;
  };
  co_await iam::edit_record<iam::UserRecord>(context, name, change);
  co_return op::iam::UpdateServiceSpecificCredential::Response{};
}

template <>
Task<op::iam::ResetServiceSpecificCredential::Response>
handle<op::iam::ResetServiceSpecificCredential>(
    Context& context, op::iam::ResetServiceSpecificCredential::Request request) {
  const std::string name = iam::user_name_or_caller(context, request.UserName);
  const std::string id = request.ServiceSpecificCredentialId;
  const identity::LongTermKey key = identity::generate_long_term_key(context.principal.account_id);
  const auto change = [id, key](storage::Transaction&, iam::UserRecord& user) {
    auto& credential = iam::find_credential(user, id);
    credential.alias = key.name;
    credential.sha256 = key.sha256;
  };
  iam::UserRecord user = co_await iam::edit_record<iam::UserRecord>(context, name, change);
  op::iam::ResetServiceSpecificCredential::Response response;
  response.ServiceSpecificCredential =
      iam::describe(name, iam::find_credential(user, id), key.value, context.services.clock.now());
  co_return response;
}

template <>
Task<op::iam::DeleteServiceSpecificCredential::Response>
handle<op::iam::DeleteServiceSpecificCredential>(
    Context& context, op::iam::DeleteServiceSpecificCredential::Request request) {
  const std::string name = iam::user_name_or_caller(context, request.UserName);
  const std::string id = request.ServiceSpecificCredentialId;
  const auto change = [id](storage::Transaction&, iam::UserRecord& user) {
    iam::find_credential(user, id);
    std::erase_if(user.service_credentials, [&](const auto& own) { return own.id == id; });
  };
  co_await iam::edit_record<iam::UserRecord>(context, name, change);
  co_return op::iam::DeleteServiceSpecificCredential::Response{};
}

}  // namespace bedplate::operations
