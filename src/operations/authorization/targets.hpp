// The resources that a request is about, as policies name them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "identity/directory.hpp"
#include "identity/principal.hpp"
#include "inference/model_catalogue.hpp"
#include "operations/authorization/input_values.hpp"
#include "operations/authorization/rules.hpp"

namespace bedplate::operations::authorization {

/// Where names without account and region belong, and what they lead to.
struct Home {
  const identity::Principal& principal;
  const identity::Account* account;  ///< the caller's; null: it has no rows
  const inference::ModelCatalogue& catalogue;
};

struct Target {
  std::string arn;                            ///< or `*`
  std::string shown;                          ///< how denials name it, when not by its ARN
  const identity::iam::Tags* tags = nullptr;  ///< of a user, role or policy; they live in `account`
  std::string boundary;  ///< ARN of a user's or role's permissions boundary, or empty
};

/// An ARN's account, `aws` and none left out as they are nobody's.
std::string owner_of(std::string_view arn);

/// `template_text` with the caller's region and account and, one after the other, the ids.
std::string fill(std::string_view template_text, const identity::Principal& principal,
                 const std::vector<std::string>& ids);

/// What the identifier of a model, profile or provisioned throughput names, whether it exists or
/// not. An ARN names itself.
std::string model_arn(std::string_view identifier, const Home& home);
std::string foundation_model_arn(std::string_view region, std::string_view model_id);

/// All that a rule names, but not its models; `*` when there is nothing at all.
std::vector<Target> targets_of(const Rule& rule, Input input, const Home& home);

/// A role by its ARN or its name.
Target role_target(std::string_view role, const Home& home);

}  // namespace bedplate::operations::authorization
