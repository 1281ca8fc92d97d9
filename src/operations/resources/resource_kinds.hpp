// The kinds of resources that accounts own, as ARNs and the store name them. docs/resources.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "identity/principal.hpp"
#include "storage/resource.hpp"

namespace bedplate::operations {

/// Whose TagResource, UntagResource and ListTagsForResource take a kind.
enum class TagService : std::uint8_t {
  kNone,
  kControl,       ///< bedrock
  kAgent,         ///< bedrock-agent
  kAgentRuntime,  ///< bedrock-agent-runtime
};

struct ResourceKind {
  std::string_view kind;      ///< storage::ResourceKey::kind
  std::string_view arn_type;  ///< what its ARN's resource begins with, before the first '/'
  TagService tags = TagService::kNone;
  /// Whether PutResourcePolicy of bedrock takes it. On AWS guardrails, their profiles and custom
  /// models do ("Using resource-based policies for guardrails"). Authorization asks the policies of
  /// such kinds, whoever's the resource is.
  bool takes_policy = false;
};

inline constexpr ResourceKind kApplicationInferenceProfile{
    "application-inference-profile", "application-inference-profile", TagService::kControl};
inline constexpr ResourceKind kAsyncInvoke{"async-invoke", "async-invoke"};
inline constexpr ResourceKind kModelInvocationJob{"model-invocation-job", "model-invocation-job",
                                                  TagService::kControl};
inline constexpr ResourceKind kProvisionedThroughput{"provisioned-throughput", "provisioned-model",
                                                     TagService::kControl};

/// What a caller's ARN names; the resource need not exist.
struct NamedResource {
  const ResourceKind* kind;
  storage::ResourceKey key;
};

/// Whoever's it is. Nothing when `arn` is no ARN of a kind that is listed in resource_kinds.cpp.
std::optional<NamedResource> resource_at(std::string_view arn);

/// Nothing when `arn` is no ARN of a kind that is listed in resource_kinds.cpp, or belongs to
/// another account or region than the caller's: neither exists for the caller. What follows the
/// type is the id; where it has slashes, all before the last one is the parent.
std::optional<NamedResource> named_resource(std::string_view arn,
                                            const identity::Principal& caller);

/// The key of a caller's resource.
storage::ResourceKey key_of(const ResourceKind& kind, const identity::Principal& caller,
                            std::string id, std::string parent = {});

/// arn:aws:bedrock:REGION:ACCOUNT:TYPE/[PARENT/]ID
std::string arn_of(const ResourceKind& kind, const storage::ResourceKey& key);

}  // namespace bedplate::operations
