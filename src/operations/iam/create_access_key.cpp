// CreateAccessKey: the only reply that shows the secret.
#include "identity/iam/new_keys.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

constexpr std::size_t kKeysMax = 2;

}  // namespace

template <>
Task<op::iam::CreateAccessKey::Response> handle<op::iam::CreateAccessKey>(
    Context& context, op::iam::CreateAccessKey::Request request) {
  const std::string name = iam::user_name_or_caller(context, request.UserName);
  const Timestamp now = std::chrono::floor<std::chrono::seconds>(context.services.clock.now());
  const auto key = identity::iam::make_access_key(context.services.directories.sealer(), now);
  const auto record = key.record;
  const auto add = [record](storage::Transaction&, iam::UserRecord& user) {
    if (user.access_keys.size() >= kKeysMax) throw iam::over_quota("AccessKeysPerUser", kKeysMax);
    user.access_keys.push_back(record);
  };
  co_await iam::edit_record<iam::UserRecord>(context, name, add);
  op::iam::CreateAccessKey::Response response;
  response.AccessKey.UserName = name;
  response.AccessKey.AccessKeyId = record.id;
  response.AccessKey.Status = "Active";
  response.AccessKey.SecretAccessKey = key.secret;
  response.AccessKey.CreateDate = now;
  co_return response;
}

}  // namespace bedplate::operations
