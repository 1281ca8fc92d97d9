// What of an operation's input and output the audit trail may show. The rule is one of allowing:
// what the service model does not tell to be harmless stays out (docs/audit.md, "Parameters").
#pragma once

#include <string>
#include <string_view>

#include "protocol/schema.hpp"

namespace bedplate::observe {

/// CloudTrail's own word for a value that it holds back.
inline constexpr std::string_view kHidden = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// True for the operations that carry prompts and replies: of theirs only what identifies models
/// and resources is shown, and no text of an error that may repeat the request.
bool carries_content(const protocol::OperationDescriptor& operation);

/// A struct of `shape`, `operation`'s input or output, as a JSON object; "null" when nothing of it
/// is to be shown.
std::string shown_members(const protocol::OperationDescriptor& operation,
                          const protocol::Shape& shape, const void* value);

/// Looks at the patterns of all shapes now rather than with the first call: that takes
/// milliseconds.
void prepare_shown_members_blocking();

/// A path label's or a door's value of which nothing is known but its name.
std::string_view shown_identifier(std::string_view name, std::string_view value);

}  // namespace bedplate::observe
