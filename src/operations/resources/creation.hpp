// Making and ending resources: rows with their tags, quotas, and client request tokens.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "operations/context.hpp"
#include "operations/resources/resource_kinds.hpp"
#include "protocol/shape_json.hpp"
#include "storage/transaction.hpp"

namespace bedplate::operations {

/// A create that names a client request token. The same one again gives what the first one made,
/// for kClientTokenLifetime; the same token with another request is refused.
struct ClientRequest {
  std::string operation;
  std::string token;
  std::string hash;  ///< of the request
};

/// AWS names no time for Bedrock; EC2's tokens last 24 hours.
inline constexpr std::chrono::hours kClientTokenLifetime{24};

std::optional<ClientRequest> client_request(std::string_view operation,
                                            const std::optional<std::string>& token,
                                            const std::string& request_text);
/// For operations whose input is all in the body.
template <class Op>
std::optional<ClientRequest> client_request(const typename Op::Request& request) {
  return client_request(Op::descriptor.name, request.clientRequestToken,
                        protocol::to_json_text(request));
}

struct NewResource {
  const ResourceKind& kind;
  storage::Resource row;  ///< made now, unless it says when
  std::vector<storage::Tag> tags;
  std::optional<ClientRequest> client_request;
  /// Of the kind, in an account, a region and a parent; 0: any number.
  std::int64_t count_max = 0;
  std::string generation;  ///< what to touch, or empty
  /// What the operation calls a name that is taken and a token that is: not every one models
  /// ConflictException.
  ApiError (*conflict)(const std::string&) = errors::conflict;
  /// What is written together with a new row, e.g. the job that works on it. Holds what it needs by
  /// value.
  std::function<void(storage::Transaction&)> also = {};
};

/// A row to begin with: a caller's, with a new id of 12 letters and digits.
storage::Resource new_row(const ResourceKind& kind, const identity::Principal& caller,
                          std::string name);

struct Created {
  std::string id;
  bool repeated = false;  ///< an earlier request with the same token has made it
};

/// Everything or nothing. Throws ValidationException for tags that break the rules,
/// TooManyTagsException, ServiceQuotaExceededException, and `conflict` for a unique key or a token
/// that is taken.
Task<Created> create_resource(Context& context, NewResource resource);

/// The id that an earlier request with the same token has made. Throws `conflict`.
Task<std::optional<std::string>> created_before(Context& context, ClientRequest request,
                                                ApiError (*conflict)(const std::string&));

/// Erases a resource with its tags and its resource policy. Its children are the caller's to
/// erase. False when there is none.
bool erase_resource(storage::Transaction& transaction, const ResourceKind& kind,
                    const storage::ResourceKey& key);

std::int64_t to_ms(Timestamp time);
Timestamp from_ms(std::int64_t time_ms);

}  // namespace bedplate::operations
