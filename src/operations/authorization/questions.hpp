// What policies are asked about one request.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/api_error.hpp"
#include "base/clock.hpp"
#include "identity/policy/evaluation.hpp"
#include "inference/bindings.hpp"
#include "operations/authorization/targets.hpp"
#include "wire/http.hpp"

namespace bedplate::operations::authorization {

/// A request as far as policies are interested in it.
struct Asking {
  Home home;
  const wire::Request* request;  ///< null: condition keys of the connection are absent
  Timestamp now;
};

/// One action on one resource.
struct Question {
  std::string action;
  Target target;
  std::vector<std::pair<std::string, std::string>> keys;  ///< for this question alone
  identity::policy::ResourcePolicies on_resource = {};    ///< what is attached to the target
};

/// All that one request needs permission for, with the condition keys that the questions share.
struct Questions {
  identity::policy::Context keys;
  std::vector<Question> all;
};

/// The condition keys of the caller, the connection and the time.
identity::policy::Context request_keys(const Asking& asking, protocol::Service service);

/// For an operation. The model that it may call is asked about by its identifier; what that leads
/// to is asked later (model_questions).
Questions operation_questions(const protocol::OperationDescriptor& operation, Input input,
                              const Asking& asking);

/// For an action on one resource, or on `*`.
Questions single_question(std::string_view action, std::string arn, const Asking& asking);

/// For handing a role to a service.
/// @param service         e.g. bedrock.amazonaws.com
/// @param associated_arn  of the resource that the role is for; empty: not known
Question pass_role_question(std::string_view role_arn, std::string_view service,
                            std::string_view associated_arn, const Home& home);

/// For the models behind what was called, and for the keys that only these questions have.
std::vector<Question> model_questions(std::string_view action,
                                      const inference::ResolvedModel& resolved, const Home& home);

/// Nothing when it is allowed.
std::optional<ApiError> answer(const Question& question, const identity::policy::Context& keys,
                               const identity::Principal& principal,
                               const identity::policy::PrincipalPolicies& policies);

/// Whether any policy looks at a resource's tags.
bool look_at_resource_tags(const identity::policy::PrincipalPolicies& policies);

}  // namespace bedplate::operations::authorization
