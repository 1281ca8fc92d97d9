// ListAccessKeys: without their secrets.
#include <algorithm>

#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::ListAccessKeys::Response> handle<op::iam::ListAccessKeys>(
    Context& context, op::iam::ListAccessKeys::Request request) {
  const std::string name = iam::user_name_or_caller(context, request.UserName);
  const auto account = iam::account_of(context);
  const identity::User* user = account->find_user(name);
  if (user == nullptr) throw iam::no_such("User", name);
  std::vector<identity::iam::AccessKeyRecord> keys = user->record().access_keys;
  std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  iam::Paging page(context, "access-keys " + name, request.Marker, request.MaxItems);
  op::iam::ListAccessKeys::Response response;
  for (const auto& key : keys) {
    if (!page.takes(key.id)) continue;
    api::iam::AccessKeyMetadata& item = response.AccessKeyMetadata.emplace_back();
    item.UserName = name;
    item.AccessKeyId = key.id;
    item.Status = key.active ? "Active" : "Inactive";
    item.CreateDate = identity::iam::timestamp_of(key.created_ms);
  }
  page.finish(response);
  co_return response;
}

}  // namespace bedplate::operations
