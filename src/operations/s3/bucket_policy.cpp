// GetBucketPolicy, PutBucketPolicy, DeleteBucketPolicy.
#include <boost/json.hpp>

#include "identity/policy/policy.hpp"
#include "operations/s3/access.hpp"
#include "operations/s3/routes.hpp"

namespace bedplate::operations::s3 {
namespace {

S3Error malformed_policy(const std::string& message) {
  return {"MalformedPolicy", 400, message};
}

/// Resources as S3 wants them: the bucket itself, or below it.
void check_resource(const boost::json::value& resource, const std::string& bucket_arn) {
  if (const auto* list = resource.if_array()) {
    for (const boost::json::value& each : *list) check_resource(each, bucket_arn);
    return;
  }
  const auto* text = resource.if_string();
  const std::string_view arn = text ? std::string_view(*text) : std::string_view();
  if (arn != bucket_arn && !arn.starts_with(bucket_arn + "/")) {
    throw malformed_policy("Policy has invalid resource");
  }
}

void check_statement(const boost::json::value& statement, const std::string& bucket_arn) {
  const auto* object = statement.if_object();
  if (object == nullptr) throw malformed_policy("Invalid policy syntax.");
  const auto* resource = object->if_contains("Resource");
  if (resource == nullptr) resource = object->if_contains("NotResource");
  if (resource == nullptr) throw malformed_policy("Missing required field Resource");
  check_resource(*resource, bucket_arn);
}

void check_policy(const std::string& document, const std::string& bucket_arn) {
  if (document.empty()) throw malformed_policy("Policies must be valid JSON.");
  try {
    compiled_policy(document);
  } catch (const identity::policy::PolicyError& problem) {
    throw malformed_policy(problem.what());
  }
  // Tags of objects are not known when policies are asked; a policy that builds on them must not
  // seem to work.
  if (document.find("ExistingObjectTag") != std::string::npos) {
    throw S3Error("NotImplemented", 501,
                  "The condition key s3:ExistingObjectTag is not implemented.");
  }
  const boost::json::value read = boost::json::parse(document);
  const boost::json::value* statements = read.as_object().if_contains("Statement");
  if (statements == nullptr) throw malformed_policy("Missing required field Statement");
  if (const auto* list = statements->if_array()) {
    for (const boost::json::value& each : *list) check_statement(each, bucket_arn);
  } else {
    check_statement(*statements, bucket_arn);
  }
}

}  // namespace

Task<> get_bucket_policy(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:GetBucketPolicy", call.bucket_arn());
  wire::Response response;
  response.body = co_await call.objects.get_bucket_policy(call.address.bucket);
  response.head.headers = answer_headers(call);
  response.head.headers.add("Content-Type", "application/json");
  co_await writer.send(std::move(response));
}

Task<> put_bucket_policy(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:PutBucketPolicy", call.bucket_arn());
  std::string document = co_await read_document(call, objects::kPolicyBytesMax);
  check_policy(document, call.bucket_arn());
  co_await call.objects.put_bucket_policy(call.address.bucket, std::move(document));
  co_await send_nothing(204, answer_headers(call), writer);
}

Task<> delete_bucket_policy(Call& call, wire::ResponseWriter& writer) {
  const Access access = co_await Access::to_bucket(call, call.address.bucket);
  access.require("s3:DeleteBucketPolicy", call.bucket_arn());
  co_await call.objects.delete_bucket_policy(call.address.bucket);
  co_await send_nothing(204, answer_headers(call), writer);
}

}  // namespace bedplate::operations::s3
