#include "operations/resources/tagging.hpp"

#include <algorithm>

#include "operations/resources/lookup.hpp"
#include "operations/resources/tag_rules.hpp"

namespace bedplate::operations {
namespace {

storage::ResourceKey taggable(const Context& context, TagService service, std::string_view arn) {
  const auto named = named_resource(arn, context.principal);
  if (!named || named->kind->tags != service) throw no_such_resource();
  return named->key;
}

void refuse_missing(storage::Transaction& transaction, const storage::ResourceKey& key) {
  if (!transaction.get(key)) throw no_such_resource();
}

bool has_key(const std::vector<storage::Tag>& tags, std::string_view key) {
  return std::any_of(tags.begin(), tags.end(),
                     [&](const storage::Tag& tag) { return tag.key == key; });
}

std::size_t count_together(const std::vector<storage::Tag>& present,
                           const std::vector<storage::Tag>& added) {
  const auto fresh = std::count_if(added.begin(), added.end(), [&](const storage::Tag& tag) {
    return !has_key(present, tag.key);
  });
  return present.size() + static_cast<std::size_t>(fresh);
}

}  // namespace

Task<> tag_resource(Context& context, TagService service, std::string arn,
                    std::vector<storage::Tag> tags) {
  const storage::ResourceKey key = taggable(context, service, arn);
  check_tags(tags);
  auto work = [=](storage::Transaction& transaction) {
    refuse_missing(transaction, key);
    if (count_together(transaction.tags(key.account_id, arn), tags) > kTagsMax) {
      throw too_many_tags(service, arn);
    }
    transaction.put_tags(key.account_id, arn, tags);
  };
  co_await context.services.store.write(std::move(work));
}

Task<> untag_resource(Context& context, TagService service, std::string arn,
                      std::vector<std::string> keys) {
  const storage::ResourceKey key = taggable(context, service, arn);
  auto work = [=](storage::Transaction& transaction) {
    refuse_missing(transaction, key);
    transaction.erase_tags(key.account_id, arn, keys);
  };
  co_await context.services.store.write(std::move(work));
}

Task<std::vector<storage::Tag>> list_tags(Context& context, TagService service, std::string arn) {
  const storage::ResourceKey key = taggable(context, service, arn);
  auto work = [=](storage::Transaction& transaction) {
    refuse_missing(transaction, key);
    return transaction.tags(key.account_id, arn);
  };
  co_return co_await context.services.store.read(std::move(work));
}

}  // namespace bedplate::operations
