#include "operations/control/foundation_models.hpp"

#include <fmt/format.h>

namespace bedplate::operations {

std::string foundation_model_arn(std::string_view region, std::string_view model_id) {
  return fmt::format("arn:aws:bedrock:{}::foundation-model/{}", region, model_id);
}

}  // namespace bedplate::operations
