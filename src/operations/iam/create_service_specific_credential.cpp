// CreateServiceSpecificCredential: a long-term API key for Bedrock. Only its digest is kept.
#include "identity/api_key.hpp"
#include "operations/iam/rows.hpp"
#include "operations/iam/service_credentials.hpp"

namespace bedplate::operations {
namespace {

constexpr std::size_t kCredentialsMax = 2;

}  // namespace

template <>
Task<op::iam::CreateServiceSpecificCredential::Response>
handle<op::iam::CreateServiceSpecificCredential>(
    Context& context, op::iam::CreateServiceSpecificCredential::Request request) {
  iam::check_service(request.ServiceName);
  const identity::LongTermKey key = identity::generate_long_term_key(context.principal.account_id);
  const Timestamp now = std::chrono::floor<std::chrono::seconds>(context.services.clock.now());
  identity::iam::ServiceCredentialRecord credential;
  credential.id = identity::iam::generate_unique_id("ACCA");
  credential.service = request.ServiceName;
  credential.alias = key.name;
  credential.sha256 = key.sha256;
  credential.created_ms = identity::iam::milliseconds(now);
  if (request.CredentialAgeDays) {
    credential.expires_ms =
        identity::iam::milliseconds(now + std::chrono::hours(24) * *request.CredentialAgeDays);
  }
  const auto add = [credential](storage::Transaction&, iam::UserRecord& user) {
    if (user.service_credentials.size() >= kCredentialsMax) {
      throw iam::over_quota("ServiceSpecificCredentialsPerUser", kCredentialsMax);
    }
    user.service_credentials.push_back(credential);
  };
  co_await iam::edit_record<iam::UserRecord>(context, request.UserName, add);
  op::iam::CreateServiceSpecificCredential::Response response;
  response.ServiceSpecificCredential = iam::describe(request.UserName, credential, key.value, now);
  co_return response;
}

}  // namespace bedplate::operations
