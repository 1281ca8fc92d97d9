#include "operations/iam/paging.hpp"

#include "base/api_error.hpp"
#include "storage/page_token.hpp"

namespace bedplate::operations::iam {

Paging::Paging(const Context& context, std::string list, const std::optional<std::string>& marker,
               const std::optional<std::int32_t>& max_items)
    : account_id_(context.principal.account_id),
      list_("iam " + std::move(list)),
      tokens_key_(context.services.credentials.derived_key("page-tokens")),
      left_(max_items.value_or(kItemsDefault)) {
  if (!marker) return;
  try {
    after_ = storage::PageTokens(tokens_key_).decode(account_id_, list_, *marker).id;
  } catch (const storage::BadPageToken&) {
    throw errors::validation("Invalid Marker.");
  }
}

bool Paging::takes(const std::string& key) {
  if (truncated_ || (!after_.empty() && key <= after_)) return false;
  if (left_ == 0) {
    truncated_ = true;
    return false;
  }
  --left_;
  last_ = key;
  return true;
}

std::string Paging::marker() const {
  return storage::PageTokens(tokens_key_).encode(account_id_, list_, {"", last_});
}

}  // namespace bedplate::operations::iam
