#include "operations/resources/resource_kinds.hpp"

#include <fmt/format.h>

#include "base/arn.hpp"

namespace bedplate::operations {
namespace {

constexpr const ResourceKind* kKinds[] = {
    &kApplicationInferenceProfile,
    &kAsyncInvoke,
    &kModelInvocationJob,
    &kProvisionedThroughput,
};

const ResourceKind* kind_of(std::string_view arn_type) {
  for (const ResourceKind* kind : kKinds) {
    if (kind->arn_type == arn_type) return kind;
  }
  return nullptr;
}

}  // namespace

std::optional<NamedResource> resource_at(std::string_view text) {
  const auto arn = parse_arn(text);
  if (!arn || arn->partition != "aws" || arn->service != "bedrock" || arn->region.empty() ||
      arn->account.empty()) {
    return std::nullopt;
  }
  const ResourceKind* kind = kind_of(arn->resource_type());
  if (kind == nullptr) return std::nullopt;
  const std::string_view rest = arn->resource_id();
  const std::size_t slash = rest.rfind('/');
  const std::string_view id = slash == rest.npos ? rest : rest.substr(slash + 1);
  const std::string_view parent = slash == rest.npos ? "" : rest.substr(0, slash);
  if (id.empty() || text.size() > storage::kKeyBytesMax) return std::nullopt;
  return NamedResource{
      kind,
      {arn->account, arn->region, std::string(kind->kind), std::string(parent), std::string(id)}};
}

std::optional<NamedResource> named_resource(std::string_view text,
                                            const identity::Principal& caller) {
  auto named = resource_at(text);
  const bool own =
      named && named->key.region == caller.region && named->key.account_id == caller.account_id;
  return own ? std::move(named) : std::nullopt;
}

storage::ResourceKey key_of(const ResourceKind& kind, const identity::Principal& caller,
                            std::string id, std::string parent) {
  return {caller.account_id, caller.region, std::string(kind.kind), std::move(parent),
          std::move(id)};
}

std::string arn_of(const ResourceKind& kind, const storage::ResourceKey& key) {
  const std::string_view separator = key.parent.empty() ? "" : "/";
  return fmt::format("arn:aws:bedrock:{}:{}:{}/{}{}{}", key.region, key.account_id, kind.arn_type,
                     key.parent, separator, key.id);
}

}  // namespace bedplate::operations
