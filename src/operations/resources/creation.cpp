#include "operations/resources/creation.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "operations/resources/resource_policies.hpp"
#include "operations/resources/tag_rules.hpp"

namespace bedplate::operations {
namespace {

constexpr std::size_t kIdCharacters = 12;
/// Expired tokens that each new one takes away, so that they do not pile up.
constexpr std::int64_t kPurgedTokens = 16;

/// Whose token it is, and what time it is for it.
struct Caller {
  std::string account_id;
  std::string region;
  std::int64_t now_ms;
};

Caller caller_of(const Context& context) {
  return {context.principal.account_id, context.principal.region,
          to_ms(context.services.clock.now())};
}

std::optional<std::string> made_by(storage::Transaction& transaction, const Caller& caller,
                                   const ClientRequest& request,
                                   ApiError (*conflict)(const std::string&)) {
  const auto known = transaction.find_client_token(caller.account_id, caller.region,
                                                   request.operation, request.token, caller.now_ms);
  if (!known) return std::nullopt;
  if (known->request_hash == request.hash) return known->resource_id;
  throw conflict("The client request token was used before, for a request with other parameters.");
}

void remember(storage::Transaction& transaction, const Caller& caller, const ClientRequest& request,
              const std::string& id) {
  transaction.purge_client_tokens(caller.now_ms, kPurgedTokens);
  const auto lifetime_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(kClientTokenLifetime).count();
  const storage::ClientToken token{
      caller.account_id,          caller.region, request.operation, request.token, request.hash, id,
      caller.now_ms + lifetime_ms};
  transaction.remember_client_token(token, caller.now_ms);
}

void check_quota(storage::Transaction& transaction, const NewResource& resource) {
  if (resource.count_max == 0) return;
  storage::ListQuery all;
  all.account_id = resource.row.key.account_id;
  all.region = resource.row.key.region;
  all.kind = resource.row.key.kind;
  all.parent = resource.row.key.parent;
  if (transaction.count(all) < resource.count_max) return;
  throw errors::service_quota_exceeded(
      fmt::format("Your account has reached its limit of {} resources of this type in the Region.",
                  resource.count_max));
}

void insert(storage::Transaction& transaction, const NewResource& resource) {
  try {
    transaction.insert(resource.row);
  } catch (const storage::AlreadyExists& taken) {
    if (taken.by != storage::AlreadyExists::By::kUniqueKey) throw;
    throw resource.conflict(
        fmt::format("A resource with the name '{}' exists already.", resource.row.name));
  }
}

Created create(storage::Transaction& transaction, const NewResource& resource,
               const Caller& caller) {
  if (resource.client_request) {
    const auto id = made_by(transaction, caller, *resource.client_request, resource.conflict);
    if (id) return {*id, true};
  }
  check_quota(transaction, resource);
  insert(transaction, resource);
  if (!resource.tags.empty()) {
    transaction.put_tags(caller.account_id, arn_of(resource.kind, resource.row.key), resource.tags);
  }
  if (resource.client_request) {
    remember(transaction, caller, *resource.client_request, resource.row.key.id);
  }
  if (!resource.generation.empty()) transaction.touch(resource.generation);
  if (resource.also) resource.also(transaction);
  return {resource.row.key.id, false};
}

}  // namespace

std::int64_t to_ms(Timestamp time) {
  return time.time_since_epoch().count();
}

Timestamp from_ms(std::int64_t time_ms) {
  return Timestamp(std::chrono::milliseconds(time_ms));
}

std::optional<ClientRequest> client_request(std::string_view operation,
                                            const std::optional<std::string>& token,
                                            const std::string& request_text) {
  if (!token) return std::nullopt;
  return ClientRequest{std::string(operation), *token, hex_encode(as_view(sha256(request_text)))};
}

storage::Resource new_row(const ResourceKind& kind, const identity::Principal& caller,
                          std::string name) {
  storage::Resource row;
  row.key = key_of(kind, caller, random_base36(kIdCharacters));
  row.name = std::move(name);
  return row;
}

Task<Created> create_resource(Context& context, NewResource resource) {
  check_tags(resource.tags);
  if (resource.tags.size() > kTagsMax) throw too_many_tags(resource.kind.tags, "");
  const Caller caller = caller_of(context);
  if (resource.row.created_ms == 0) resource.row.created_ms = caller.now_ms;
  resource.row.updated_ms = resource.row.created_ms;
  auto work = [resource = std::move(resource), caller](storage::Transaction& transaction) {
    return create(transaction, resource, caller);
  };
  co_return co_await context.services.store.write(std::move(work));
}

Task<std::optional<std::string>> created_before(Context& context, ClientRequest request,
                                                ApiError (*conflict)(const std::string&)) {
  const Caller caller = caller_of(context);
  auto work = [request = std::move(request), caller, conflict](storage::Transaction& transaction) {
    return made_by(transaction, caller, request, conflict);
  };
  co_return co_await context.services.store.read(std::move(work));
}

bool erase_resource(storage::Transaction& transaction, const ResourceKind& kind,
                    const storage::ResourceKey& key) {
  if (!transaction.erase(key)) return false;
  const std::string arn = arn_of(kind, key);
  transaction.erase_all_tags(key.account_id, arn);
  erase_resource_policy(transaction, key.account_id, key.region, arn);
  return true;
}

}  // namespace bedplate::operations
