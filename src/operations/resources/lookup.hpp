// Reading resources: one by its key, many by the page.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/context.hpp"
#include "storage/list_query.hpp"
#include "storage/page_token.hpp"
#include "storage/resource.hpp"

namespace bedplate::operations {

/// ResourceNotFoundException, in the service model's words.
ApiError no_such_resource();

Task<std::optional<storage::Resource>> find_resource(Context& context, storage::ResourceKey key);
/// Throws no_such_resource().
Task<storage::Resource> get_resource(Context& context, storage::ResourceKey key);

/// The server's seal of page tokens.
storage::PageTokens page_tokens(const Context& context);
/// What a list throws for a token that is not one of its own.
ApiError bad_page_token();

struct ResourcePage {
  std::vector<storage::Resource> resources;
  std::optional<std::string> next_token;
};

/// One page of the caller's resources: `query.account_id` and `.region` are filled in.
/// `max_results`: as the client has it; else `page_default`. Throws ValidationException for a token
/// of another list, account or filter.
Task<ResourcePage> list_resources(Context& context, storage::ListQuery query,
                                  std::optional<std::string> next_token,
                                  std::optional<std::int32_t> max_results,
                                  std::int64_t page_default);

}  // namespace bedplate::operations
