#include "operations/resources/lookup.hpp"

#include "base/api_error.hpp"

namespace bedplate::operations {

ApiError no_such_resource() {
  return errors::resource_not_found(
      "The specified resource Amazon Resource Name (ARN) was not found. Check the Amazon Resource "
      "Name (ARN) and try your request again.");
}

Task<std::optional<storage::Resource>> find_resource(Context& context, storage::ResourceKey key) {
  auto work = [key = std::move(key)](storage::Transaction& transaction) {
    return transaction.get(key);
  };
  co_return co_await context.services.store.read(std::move(work));
}

Task<storage::Resource> get_resource(Context& context, storage::ResourceKey key) {
  std::optional<storage::Resource> found = co_await find_resource(context, std::move(key));
  if (!found) throw no_such_resource();
  co_return std::move(*found);
}

storage::PageTokens page_tokens(const Context& context) {
  return storage::PageTokens(context.services.credentials.derived_key("page-tokens"));
}

ApiError bad_page_token() {
  return errors::validation("The provided nextToken is invalid.");
}

Task<ResourcePage> list_resources(Context& context, storage::ListQuery query,
                                  std::optional<std::string> next_token,
                                  std::optional<std::int32_t> max_results,
                                  std::int64_t page_default) {
  query.account_id = context.principal.account_id;
  query.region = context.principal.region;
  query.limit = max_results.value_or(static_cast<std::int32_t>(page_default));
  const storage::PageTokens tokens = page_tokens(context);
  try {
    if (next_token) query.after = tokens.decode(query, *next_token);
  } catch (const storage::BadPageToken&) {
    throw bad_page_token();
  }
  auto work = [query](storage::Transaction& transaction) { return transaction.list(query); };
  storage::ListPage page = co_await context.services.store.read(std::move(work));
  ResourcePage out;
  out.resources = std::move(page.resources);
  if (page.next) out.next_token = tokens.encode(query, *page.next);
  co_return out;
}

}  // namespace bedplate::operations
