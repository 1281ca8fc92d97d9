// The errors that only IAM and STS have, by the names of their models.
#pragma once

#include "base/api_error.hpp"

namespace bedplate::errors {

ApiError no_such_entity(const std::string& message);             // 404
ApiError entity_already_exists(const std::string& message);      // 409
ApiError delete_conflict(const std::string& message);            // 409
ApiError limit_exceeded(const std::string& message);             // 409
ApiError malformed_policy_document(const std::string& message);  // 400
ApiError invalid_input(const std::string& message);              // 400
ApiError service_not_supported(const std::string& message);      // 404
ApiError packed_policy_too_large(const std::string& message);    // 400
ApiError invalid_parameter_value(const std::string& message);    // 400, STS
ApiError concurrent_modification(const std::string& message);    // 409

}  // namespace bedplate::errors
