// What IAM wants of the texts of `Action` and `Resource`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bedplate::identity::policy {

/// `*`, or a service, a colon and a name. @throws PolicyError
void check_action(std::string_view action);

/// `*` or ARNs. Sets `problem`, if it is empty, to the first mistake that IAM tells only after
/// others.
/// @throws PolicyError for the mistakes that it tells at once
void check_resources(const std::vector<std::string>& resources, bool variables,
                     std::string& problem);

}  // namespace bedplate::identity::policy
