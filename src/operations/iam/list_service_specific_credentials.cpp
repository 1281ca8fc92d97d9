// ListServiceSpecificCredentials: of one user, or of all.
#include <algorithm>

#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"
#include "operations/iam/service_credentials.hpp"

namespace bedplate::operations {
namespace {

using identity::iam::ServiceCredentialRecord;

std::vector<const ServiceCredentialRecord*> sorted(const iam::UserRecord& user) {
  std::vector<const ServiceCredentialRecord*> out;
  for (const auto& credential : user.service_credentials) out.push_back(&credential);
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
  return out;
}

api::iam::ServiceSpecificCredentialMetadata describe(const std::string& user_name,
                                                     const ServiceCredentialRecord& credential,
                                                     Timestamp now) {
  api::iam::ServiceSpecificCredentialMetadata out;
  out.UserName = user_name;
  out.Status = iam::status_of(credential, now);
  out.ServiceCredentialAlias = credential.alias;
  out.CreateDate = identity::iam::timestamp_of(credential.created_ms);
  if (credential.expires_ms) {
    out.ExpirationDate = identity::iam::timestamp_of(*credential.expires_ms);
  }
  out.ServiceSpecificCredentialId = credential.id;
  out.ServiceName = credential.service;
  return out;
}

}  // namespace

template <>
Task<op::iam::ListServiceSpecificCredentials::Response>
handle<op::iam::ListServiceSpecificCredentials>(
    Context& context, op::iam::ListServiceSpecificCredentials::Request request) {
  const auto account = iam::account_of(context);
  const bool all = request.AllUsers.value_or(false);
  const std::string only = all ? "" : iam::user_name_or_caller(context, request.UserName);
  if (!all && account->find_user(only) == nullptr) throw iam::no_such("User", only);
  const std::string service = request.ServiceName.value_or("");
  iam::Paging page(context, fmt::format("service-credentials {} {}", only, service), request.Marker,
                   request.MaxItems);
  op::iam::ListServiceSpecificCredentials::Response response;
  auto& items = response.ServiceSpecificCredentials.emplace();
  for (const auto& [name, user] : account->users()) {
    if (!all && name != only) continue;
    for (const auto* credential : sorted(user.record())) {
      if (!service.empty() && credential->service != service) continue;
      if (!page.takes(name + " " + credential->id)) continue;
      items.push_back(describe(name, *credential, context.services.clock.now()));
    }
  }
  page.finish(response);
  co_return response;
}

}  // namespace bedplate::operations
