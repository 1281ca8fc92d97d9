// Whether the caller may do what the request asks for (docs/authorization.md). Whoever may do
// everything (Principal::policies is null) is asked nothing.
#pragma once

#include <string>
#include <string_view>

#include "inference/bindings.hpp"
#include "operations/context.hpp"
#include "protocol/schema.hpp"

namespace bedplate::operations::authorization {

// All throw AccessDeniedException with AWS's text when a policy denies or none allows.

/// An operation whose input was read and found valid. Reads tags from the store, if a policy looks
/// at any.
Task<> authorize(Context& context, const protocol::OperationDescriptor& operation,
                 const void* input);

/// A call to a model at a door, by the identifier that the client gave.
/// @param action  bedrock:InvokeModel and the like; a constant, as the context keeps it
Task<> authorize_model_call(Context& context, std::string_view action, std::string identifier);

/// A look at a model or an inference profile at a door.
Task<> authorize_model_description(Context& context, std::string identifier);

/// An action on a resource of which not more is known than its ARN, or on `*`.
Task<> authorize_action(Context& context, std::string_view action, std::string arn);

/// What the identifier of a model call led to: the foundation model, in each region that a profile
/// may go to. After one of the two above.
void authorize_resolved_model(const Context& context, const inference::ResolvedModel& resolved);

/// Handing a role to a service: iam:PassRole. Operations of the table with `pass_role` have asked.
/// Whoever takes a role asks pass_role() (pass_role.hpp), which looks at the role itself, too.
/// @param service         e.g. bedrock.amazonaws.com
/// @param associated_arn  of the resource that the role is for; empty: iam:AssociatedResourceArn is
///                        absent
void authorize_pass_role(const Context& context, std::string_view role_arn,
                         std::string_view service, std::string_view associated_arn = {});

}  // namespace bedplate::operations::authorization
