// What is kept of a model call's authorization until its model is known.
#pragma once

#include <string>

#include "identity/policy/context.hpp"

namespace bedplate::operations::authorization {

struct ModelCall {
  std::string action;
  std::string arn;  ///< that was asked about
  identity::policy::Context keys;
};

}  // namespace bedplate::operations::authorization
