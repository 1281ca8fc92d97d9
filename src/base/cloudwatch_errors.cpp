#include "base/cloudwatch_errors.hpp"

namespace bedplate::errors::cloudwatch {

ApiError invalid_parameter_value(const std::string& message) {
  return {"InvalidParameterValueException", 400, message};
}

ApiError invalid_parameter_combination(const std::string& message) {
  return {"InvalidParameterCombinationException", 400, message};
}

ApiError missing_parameter(const std::string& message) {
  return {"MissingRequiredParameterException", 400, message};
}

ApiError invalid_next_token() {
  return {"InvalidNextToken", 400, "The specified nextToken is not valid."};
}

}  // namespace bedplate::errors::cloudwatch
