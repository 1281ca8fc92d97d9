#include "operations/iam/service_credentials.hpp"

namespace bedplate::operations::iam {
namespace {

constexpr std::string_view kBedrock = "bedrock.amazonaws.com";

}  // namespace

void check_service(const std::string& service) {
  if (service == kBedrock) return;
  throw errors::service_not_supported(
      fmt::format("No such service {} is supported for Service Specific Credentials", service));
}

std::string status_of(const identity::iam::ServiceCredentialRecord& credential, Timestamp now) {
  if (credential.expires_ms && identity::iam::milliseconds(now) >= *credential.expires_ms) {
    return "Expired";
  }
  return credential.active ? "Active" : "Inactive";
}

api::iam::ServiceSpecificCredential describe(
    const std::string& user_name, const identity::iam::ServiceCredentialRecord& credential,
    const std::string& key, Timestamp now) {
  api::iam::ServiceSpecificCredential out;
  out.CreateDate = identity::iam::timestamp_of(credential.created_ms);
  if (credential.expires_ms) {
    out.ExpirationDate = identity::iam::timestamp_of(*credential.expires_ms);
  }
  out.ServiceName = credential.service;
  out.ServiceCredentialAlias = credential.alias;
  out.ServiceCredentialSecret = key;
  out.ServiceSpecificCredentialId = credential.id;
  out.UserName = user_name;
  out.Status = status_of(credential, now);
  return out;
}

identity::iam::ServiceCredentialRecord& find_credential(UserRecord& user, const std::string& id) {
  for (auto& credential : user.service_credentials) {
    if (credential.id == id) return credential;
  }
  throw errors::no_such_entity(
      fmt::format("The Service Specific Credential with id {} cannot be found.", id));
}

}  // namespace bedplate::operations::iam
