// A second evaluator, for tests only: written from the documentation without a look at the first,
// slow, and straight from the JSON.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bedplate::identity::policy::naive {

struct Question {
  std::string principal_arn;  ///< a user, or a role's session
  std::string role_arn;       ///< of the session; empty for a user
  std::string account;
  std::string action, resource, resource_account;
  std::map<std::string, std::vector<std::string>> context;  ///< keys in lower case

  std::vector<boost::json::value> identity, session, resource_policies;
  std::optional<boost::json::value> boundary;
};

/// `allowed`, `explicit deny: TYPE` or `none: TYPE`.
std::string decide(const Question& question);

}  // namespace bedplate::identity::policy::naive
