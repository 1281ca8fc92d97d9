// CreateGroup.
#include "operations/iam/descriptions.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::CreateGroup::Response> handle<op::iam::CreateGroup>(
    Context& context, op::iam::CreateGroup::Request request) {
  auto group = iam::new_record<iam::GroupRecord>(context, request.GroupName, request.Path);
  const auto change = [group](storage::Transaction& transaction) mutable {
    iam::create_record(transaction, group);
    return group;
  };
  const iam::GroupRecord made = co_await iam::change_rows(context, change);
  op::iam::CreateGroup::Response response;
  response.Group = iam::describe(made);
  co_return response;
}

}  // namespace bedplate::operations
