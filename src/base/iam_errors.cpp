#include "base/iam_errors.hpp"

namespace bedplate::errors {

ApiError no_such_entity(const std::string& message) {
  return {"NoSuchEntityException", 404, message};
}

ApiError entity_already_exists(const std::string& message) {
  return {"EntityAlreadyExistsException", 409, message};
}

ApiError delete_conflict(const std::string& message) {
  return {"DeleteConflictException", 409, message};
}

ApiError limit_exceeded(const std::string& message) {
  return {"LimitExceededException", 409, message};
}

ApiError malformed_policy_document(const std::string& message) {
  return {"MalformedPolicyDocumentException", 400, message};
}

ApiError invalid_input(const std::string& message) {
  return {"InvalidInputException", 400, message};
}

ApiError service_not_supported(const std::string& message) {
  return {"ServiceNotSupportedException", 404, message};
}

ApiError packed_policy_too_large(const std::string& message) {
  return {"PackedPolicyTooLargeException", 400, message};
}

ApiError invalid_parameter_value(const std::string& message) {
  return {"InvalidParameterValue", 400, message};
}

ApiError concurrent_modification(const std::string& message) {
  return {"ConcurrentModificationException", 409, message};
}

}  // namespace bedplate::errors
