// An error as an event tells of it.
#pragma once

#include <string>

#include "base/api_error.hpp"

namespace bedplate::observe {

/// CloudTrail's name of it: "AccessDenied" where the wire says AccessDeniedException.
std::string event_error_code(const ApiError& error);

/// Its text without what it may repeat of the request: quoted values, signatures, headers. With
/// `content` (the request carries prompts) only texts that repeat none of it are kept.
std::string event_error_message(const ApiError& error, bool content);

}  // namespace bedplate::observe
