// What InvokeModel and InvokeModelWithResponseStream check alike.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"

namespace bedplate::operations {

/// Guardrails are not built yet; a request that asks for one must not run without it.
inline void refuse_guardrail(const std::optional<std::string>& identifier,
                             const std::optional<std::string>& version) {
  if (identifier.has_value() || version.has_value()) {
    throw errors::not_implemented("guardrails on InvokeModel");
  }
}

inline std::string_view native_body(const std::optional<std::string>& body) {
  return body ? std::string_view(*body) : std::string_view{};
}

}  // namespace bedplate::operations
