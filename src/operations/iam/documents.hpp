// Policy documents as operations are given them: checked before they are kept.
#pragma once

#include <string>

#include "identity/iam/records.hpp"
#include "identity/policy/policy.hpp"

namespace bedplate::operations::iam {

/// Throws MalformedPolicyDocument, LimitExceeded or ValidationError, as IAM would.
void check_document(const std::string& document, identity::policy::DocumentKind kind);

/// The sum of an entity's inline policies. Throws LimitExceeded.
void check_inline_size(const identity::iam::PolicyHolder& holder,
                       identity::policy::DocumentKind kind);

/// As documents are sent: percent-encoded (RFC 3986).
std::string encoded_document(const std::string& document);

}  // namespace bedplate::operations::iam
