#include "operations/iam/documents.hpp"

#include "base/bytes.hpp"
#include "base/iam_errors.hpp"

namespace bedplate::operations::iam {
namespace {

ApiError as_api_error(const identity::policy::PolicyError& problem) {
  if (problem.code == "LimitExceeded") return errors::limit_exceeded(problem.what());
  if (problem.code == "ValidationError") return errors::validation(problem.what());
  return errors::malformed_policy_document(problem.what());
}

}  // namespace

void check_document(const std::string& document, identity::policy::DocumentKind kind) {
  try {
    identity::policy::Policy::parse(document, kind);
  } catch (const identity::policy::PolicyError& problem) {
    throw as_api_error(problem);
  }
}

void check_inline_size(const identity::iam::PolicyHolder& holder,
                       identity::policy::DocumentKind kind) {
  std::size_t characters = 0;
  for (const auto& [name, document] : holder.inline_policies) {
    characters += identity::policy::size_characters(document);
  }
  if (characters > identity::policy::size_limit_characters(kind)) {
    throw as_api_error(identity::policy::too_large(kind, holder.name));
  }
}

std::string encoded_document(const std::string& document) {
  return uri_encode(document);
}

}  // namespace bedplate::operations::iam
