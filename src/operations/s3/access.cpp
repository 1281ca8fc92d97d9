#include "operations/s3/access.hpp"

#include <array>
#include <mutex>
#include <unordered_map>

#include "base/log.hpp"
#include "operations/authorization/questions.hpp"

namespace bedplate::operations::s3 {
namespace {

namespace policy = identity::policy;

constexpr std::size_t kRememberedMax = 256;

// Headers that are condition keys of their own, `s3:x-amz-acl` and so on.
constexpr std::array<std::string_view, 6> kHeaderKeys{
    "x-amz-acl",           "x-amz-content-sha256",     "x-amz-copy-source",
    "x-amz-storage-class", "x-amz-metadata-directive", "x-amz-server-side-encryption"};

policy::Context keys_of(const Call& call) {
  const Context& context = call.context;
  const authorization::Asking asking{
      {context.principal, nullptr, context.services.bindings.catalogue()},
      context.request,
      context.services.clock.now()};
  policy::Context keys = authorization::request_keys(asking, protocol::Service::kRuntime);
  keys.set("s3:authType", call.presigned ? "REST-QUERY-STRING" : "REST-HEADER");
  keys.set("s3:signatureversion", "AWS4-HMAC-SHA256");
  for (const std::string_view name : kHeaderKeys) {
    const std::string value = call.header(name);
    if (!value.empty()) keys.set("s3:" + std::string(name), value);
  }
  for (const std::string_view name : {"if-match", "if-none-match"}) {
    const std::string value = call.header(name);
    if (!value.empty()) keys.set("s3:" + std::string(name), value);
  }
  return keys;
}

}  // namespace

std::shared_ptr<const policy::Policy> compiled_policy(const std::string& document) {
  static std::mutex mutex;
  static std::unordered_map<std::string, std::shared_ptr<const policy::Policy>> remembered;
  {
    const std::lock_guard lock(mutex);
    const auto found = remembered.find(document);
    if (found != remembered.end()) return found->second;
  }
  auto compiled = policy::Policy::parse(document, policy::DocumentKind::kResource);
  const std::lock_guard lock(mutex);
  if (remembered.size() >= kRememberedMax) remembered.clear();
  remembered.emplace(document, compiled);
  return compiled;
}

Access Access::to_account(Call& call) {
  Access access(call);
  if (access.asked()) access.keys_ = std::make_shared<const policy::Context>(keys_of(call));
  return access;
}

Task<Access> Access::to_bucket(Call& call, std::string bucket) {
  Access access = to_account(call);
  const std::string expected = call.header("x-amz-expected-bucket-owner");
  if (!access.asked() && expected.empty()) co_return access;
  const objects::BucketInfo info = co_await call.objects.head_bucket(bucket);
  if (!expected.empty() && expected != info.owner) throw access_denied();
  if (!access.asked()) co_return access;
  access.owner_ = info.owner;
  std::string document;
  try {
    document = co_await call.objects.get_bucket_policy(bucket);
  } catch (const objects::ObjectsError& error) {
    if (error.kind != objects::ErrorKind::kNoSuchBucketPolicy) throw;
  }
  if (document.empty()) co_return access;
  try {
    access.policies_.attached.push_back({compiled_policy(document), "bucket policy", ""});
  } catch (const policy::PolicyError& problem) {
    // It was checked when it was put. Nobody is let in by what cannot be read, nor past its
    // denials.
    log::error("the policy of the bucket {} cannot be read: {}", bucket, problem.what());
    throw access_denied();
  }
  co_return access;
}

policy::Decision Access::decide(std::string_view action, std::string_view arn,
                                const ConditionKeys& keys, std::string* denial) const {
  policy::Context own = *keys_;
  if (!owner_.empty()) {
    own.set("aws:ResourceAccount", owner_);
    own.set("s3:ResourceAccount", owner_);
  }
  for (const auto& [name, value] : keys) own.add(name, value);
  const identity::Principal& principal = call_->context.principal;
  const policy::Request asked{*principal.caller, action, arn, owner_, own};
  const policy::Decision decision = policy::evaluate(asked, *principal.policies, policies_);
  if (denial != nullptr && !decision.allowed) *denial = policy::denial_message(asked, decision);
  return decision;
}

void Access::require(std::string_view action, std::string_view arn,
                     const ConditionKeys& keys) const {
  if (!asked()) return;
  std::string denial;
  if (!decide(action, arn, keys, &denial).allowed) throw access_denied(denial);
}

bool Access::allows(std::string_view action, std::string_view arn,
                    const ConditionKeys& keys) const {
  return !asked() || decide(action, arn, keys, nullptr).allowed;
}

}  // namespace bedplate::operations::s3
