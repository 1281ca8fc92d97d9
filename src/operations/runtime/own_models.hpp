// Models under the names that accounts have given them: application inference profiles and
// provisioned throughputs.
#pragma once

#include <string>
#include <string_view>

#include "operations/context.hpp"

namespace bedplate::operations {

/// Whether a model identifier is an ARN of one of these kinds. Their bare ids and names are no
/// model identifiers, on AWS neither (reported: amazon-bedrock-copilot-chat, pull request 28).
bool names_own_model(std::string_view model_identifier);

/// Reads it from the store. Throws ResourceNotFoundException when the caller has none of that ARN,
/// ModelNotReadyException for a provisioned throughput that is not in service, and what
/// Bindings::resolve() throws for the model behind it.
Task<inference::ResolvedModel> resolve_own_model(Context& context, std::string arn);

}  // namespace bedplate::operations
