// The errors that only CloudWatch has, by the names of its model.
#pragma once

#include "base/api_error.hpp"

namespace bedplate::errors::cloudwatch {

ApiError invalid_parameter_value(const std::string& message);        // 400
ApiError invalid_parameter_combination(const std::string& message);  // 400
ApiError missing_parameter(const std::string& message);              // 400
ApiError invalid_next_token();                                       // 400

}  // namespace bedplate::errors::cloudwatch
