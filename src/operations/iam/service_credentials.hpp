// Service-specific credentials: what their operations share.
#pragma once

#include "operations/iam/rows.hpp"

namespace bedplate::operations::iam {

/// Throws ServiceNotSupportedException for services without API keys here.
void check_service(const std::string& service);

/// Active, Inactive or Expired.
std::string status_of(const identity::iam::ServiceCredentialRecord& credential, Timestamp now);

/// With the key itself: the only reply that has it.
api::iam::ServiceSpecificCredential describe(
    const std::string& user_name, const identity::iam::ServiceCredentialRecord& credential,
    const std::string& key, Timestamp now);

/// Throws no_such().
identity::iam::ServiceCredentialRecord& find_credential(UserRecord& user, const std::string& id);

}  // namespace bedplate::operations::iam
