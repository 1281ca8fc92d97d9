// What each operation needs of its caller: data/authorization/operations.json, read once.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/schema.hpp"

namespace bedplate::operations::authorization {

/// One resource that an operation's action is asked for.
struct ResourceRule {
  enum class Kind {
    kNamed,     ///< `members` hold its ids, or its ARN
    kNew,       ///< still to be made: `*` in place of its ids
    kNewNamed,  ///< IAM: to be made with the path and the name in `members`
    kRenamed,   ///< IAM: `members` are its name, its new path and its new name
    kBelow,     ///< IAM: all below the path in the member
    kOwn,       ///< IAM: the calling user
    kArn,       ///< the member is its ARN, whatever its type
    kModel,     ///< the model that the member leads to
  };

  Kind kind = Kind::kNamed;
  std::string type;
  std::string arn;  ///< `{region}`, `{account}` and a `{}` for each id; empty: kArn, kModel
  std::string otherwise_arn;  ///< instead, when the id has no dot; empty: there is no such type
  std::vector<std::string> members;  ///< paths of input members, `a.b`; lists are gone through
  bool optional = false;             ///< only asked for when the member is there
};

/// Tags that the caller sends: aws:RequestTag and aws:TagKeys, and often an action of their own.
struct TagRule {
  std::string member;
  std::string action;  ///< needed when there are tags; empty: none
  std::string arn;     ///< on what; empty: on the operation's own resources
};

struct Rule {
  /// AWS asks nobody's permission, or the operation decides itself, together with a trust policy.
  bool not_asked = false;
  std::vector<ResourceRule> resources;                    ///< none that applies: `*`
  std::vector<std::pair<std::string, std::string>> keys;  ///< condition key, member
  std::vector<TagRule> tags;
  std::string tag_keys;                ///< member with the keys of tags to take off
  std::string pass_role;               ///< member with the ARN of a role that Bedrock is handed
  std::vector<std::string> guardrail;  ///< members with a guardrail's identifier and version
};

/// The rule of an operation, built or not.
/// @throws std::logic_error when the table does not have exactly the operations that there are
const Rule& rule_of(const protocol::OperationDescriptor& operation);

/// What the table says about where it is from, for the documentation's test.
std::string_view table_text();

/// The ARN of a resource by its type's name, e.g. `guardrail`, with `{}` for its ids.
const std::string& arn_template(std::string_view type);

}  // namespace bedplate::operations::authorization
