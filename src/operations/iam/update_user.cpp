// UpdateUser and UpdateGroup: another name or path. The unique id stays, the ARN does not.
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

template <class Record>
Task<> rename(Context& context, std::string name, std::optional<std::string> new_name,
              std::optional<std::string> new_path) {
  const std::string account_id = context.principal.account_id;
  const std::int64_t now_ms = identity::iam::milliseconds(context.services.clock.now());
  const auto change = [=](storage::Transaction& transaction) {
    Record record = iam::require_record<Record>(transaction, account_id, name);
    if (new_name) record.name = *new_name;
    if (new_path) record.path = *new_path;
    record.updated_ms = now_ms;
    try {
      identity::iam::update_record(transaction, record);
    } catch (const storage::AlreadyExists&) {
      throw iam::already_exists(iam::Quota<Record>::kNoun, record.name);
    }
    return true;
  };
  co_await iam::change_rows(context, change);
}

}  // namespace

template <>
Task<op::iam::UpdateUser::Response> handle<op::iam::UpdateUser>(
    Context& context, op::iam::UpdateUser::Request request) {
  if (request.NewUserName && iam::is_first_administrator(context, *request.NewUserName)) {
    throw iam::already_exists("User", *request.NewUserName);
  }
  co_await rename<iam::UserRecord>(context, request.UserName, request.NewUserName, request.NewPath);
  co_return op::iam::UpdateUser::Response{};
}

template <>
Task<op::iam::UpdateGroup::Response> handle<op::iam::UpdateGroup>(
    Context& context, op::iam::UpdateGroup::Request request) {
  co_await rename<iam::GroupRecord>(context, request.GroupName, request.NewGroupName,
                                    request.NewPath);
  co_return op::iam::UpdateGroup::Response{};
}

}  // namespace bedplate::operations
