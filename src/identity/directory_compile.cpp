// From records to what a directory holds of them.
#include "base/log.hpp"
#include "identity/directory.hpp"
#include "identity/secret_sealer.hpp"

namespace bedplate::identity {
namespace {

// Documents are checked before they are stored. One that cannot be read any more may have denied
// something, so it denies everything.
std::shared_ptr<const policy::Policy> compile_document(const std::string& document,
                                                       policy::DocumentKind kind,
                                                       std::string_view owner) {
  try {
    return policy::Policy::parse(document, kind);
  } catch (const policy::PolicyError& problem) {
    log::error("a policy of {} cannot be read and denies everything: {}", owner, problem.what());
  }
  return policy::Policy::parse(
      kind == policy::DocumentKind::kTrust
          ? R"({"Version":"2012-10-17",
                "Statement":{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}})"
          : R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})",
      kind);
}

std::vector<policy::AttachedPolicy> compile_inline(const iam::PolicyHolder& holder,
                                                   policy::DocumentKind kind,
                                                   std::string_view arn) {
  std::vector<policy::AttachedPolicy> out;
  for (const auto& [name, document] : holder.inline_policies) {
    out.push_back({compile_document(document, kind, arn), name, ""});
  }
  return out;
}

}  // namespace

std::shared_ptr<const StoredUser> compile(iam::UserRecord record, const SecretSealer& sealer) {
  StoredUser out;
  out.arn = iam::arn_of(record);
  out.inline_policies = compile_inline(record, policy::DocumentKind::kInlineUser, out.arn);
  for (const iam::AccessKeyRecord& key : record.access_keys) {
    auto secret = sealer.open(key.sealed_secret, key.id);
    if (!secret) log::error("the access key {} was sealed under another key, or damaged", key.id);
    out.secrets.push_back(std::move(secret).value_or(""));
  }
  out.record = std::move(record);
  return std::make_shared<const StoredUser>(std::move(out));
}

std::shared_ptr<const StoredGroup> compile(iam::GroupRecord record) {
  StoredGroup out;
  out.arn = iam::arn_of(record);
  out.inline_policies = compile_inline(record, policy::DocumentKind::kInlineGroup, out.arn);
  out.record = std::move(record);
  return std::make_shared<const StoredGroup>(std::move(out));
}

std::shared_ptr<const StoredRole> compile(iam::RoleRecord record) {
  StoredRole out;
  out.arn = iam::arn_of(record);
  out.inline_policies = compile_inline(record, policy::DocumentKind::kInlineRole, out.arn);
  out.trust = {compile_document(record.trust_policy, policy::DocumentKind::kTrust, out.arn),
               "trust policy", ""};
  out.record = std::move(record);
  return std::make_shared<const StoredRole>(std::move(out));
}

std::shared_ptr<const StoredPolicy> compile(iam::PolicyRecord record) {
  StoredPolicy out;
  out.arn = iam::arn_of(record);
  const iam::PolicyVersionRecord* version = record.find_version(record.default_version);
  out.policy = compile_document(version == nullptr ? "" : version->document,
                                policy::DocumentKind::kManaged, out.arn);
  out.record = std::move(record);
  return std::make_shared<const StoredPolicy>(std::move(out));
}

}  // namespace bedplate::identity
