// UpdateAccessKey and DeleteAccessKey. An inactive key is as unknown as none.
#include <algorithm>

#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

auto find_key(iam::UserRecord& user, const std::string& id) {
  const auto found = std::find_if(user.access_keys.begin(), user.access_keys.end(),
                                  [&](const auto& key) { return key.id == id; });
  if (found == user.access_keys.end()) {
    throw errors::no_such_entity(fmt::format("The Access Key with id {} cannot be found.", id));
  }
  return found;
}

}  // namespace

template <>
Task<op::iam::UpdateAccessKey::Response> handle<op::iam::UpdateAccessKey>(
    Context& context, op::iam::UpdateAccessKey::Request request) {
  const std::string name = iam::user_name_or_caller(context, request.UserName);
  const std::string id = request.AccessKeyId;
  const bool active = request.Status == "Active";
  const auto change = [id, active](storage::Transaction&, iam::UserRecord& user) {
    find_key(user, id)->active = active;
  };
  co_await iam::edit_record<iam::UserRecord>(context, name, change);
  co_return op::iam::UpdateAccessKey::Response{};
}

template <>
Task<op::iam::DeleteAccessKey::Response> handle<op::iam::DeleteAccessKey>(
    Context& context, op::iam::DeleteAccessKey::Request request) {
  const std::string name = iam::user_name_or_caller(context, request.UserName);
  const std::string id = request.AccessKeyId;
  const auto change = [id](storage::Transaction& transaction, iam::UserRecord& user) {
    user.access_keys.erase(find_key(user, id));
    identity::LastUses::erase(transaction, user.account_id, id);
  };
  co_await iam::edit_record<iam::UserRecord>(context, name, change);
  context.services.last_uses.forget(id);
  co_return op::iam::DeleteAccessKey::Response{};
}

}  // namespace bedplate::operations
