// CreateModelInvocationJob: a job that calls a model for each record of its input.
#include <fmt/format.h>

#include "base/arn.hpp"
#include "jobs/job_rows.hpp"
#include "jobs/job_runner.hpp"
#include "objects/object_uri.hpp"
#include "objects/objects_error.hpp"
#include "operations/authorization/targets.hpp"
#include "operations/batch/batch_job.hpp"
#include "operations/handlers.hpp"
#include "operations/model_access/model_access.hpp"
#include "operations/model_errors.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/tag_rules.hpp"
#include "operations/runtime/generation.hpp"
#include "operations/sts/service_role.hpp"

namespace bedplate::operations {
namespace {

using Request = api::control::CreateModelInvocationJobRequest;
using Response = api::control::CreateModelInvocationJobResponse;

/// The user guide's: a job that does not end within it is stopped.
constexpr std::int32_t kTimeoutDefaultHours = 24;
/// Deaths of the server, or failures, without anything done in between.
constexpr std::int64_t kAttemptsMax = 20;

void refuse_what_is_not_there(const Request& request) {
  if (request.vpcConfig) {
    throw errors::validation("vpcConfig is not supported: this server has no VPCs.");
  }
  if (!request.inputDataConfig.s3InputDataConfig || !request.outputDataConfig.s3OutputDataConfig) {
    throw errors::validation("The input and the output must be in Amazon S3.");
  }
  if (request.outputDataConfig.s3OutputDataConfig->s3EncryptionKeyId) {
    throw errors::validation("s3EncryptionKeyId is not supported: this server has no KMS keys.");
  }
  const std::optional<Arn> arn = parse_arn(request.modelId);
  if (arn && arn->resource_type() == kProvisionedThroughput.arn_type) {
    throw errors::validation("Batch inference isn't supported for provisioned models.");
  }
}

void check_uri(const std::string& uri) {
  try {
    objects::parse_object_uri(uri);
  } catch (const objects::ObjectsError& problem) {
    throw errors::validation(fmt::format("{}: {}", uri, problem.what()));
  }
}

BatchFacts facts_of(const Context& context, const Request& request) {
  BatchFacts facts;
  facts.model_id = request.modelId;
  const authorization::Home home{context.principal, nullptr, context.services.bindings.catalogue()};
  facts.model_arn = authorization::model_arn(request.modelId, home);
  facts.role_arn = request.roleArn;
  facts.invocation_type = request.modelInvocationType.value_or("InvokeModel");
  const auto& input = *request.inputDataConfig.s3InputDataConfig;
  facts.input_uri = input.s3Uri;
  facts.input_format = input.s3InputFormat;
  facts.input_owner = input.s3BucketOwner;
  const auto& output = *request.outputDataConfig.s3OutputDataConfig;
  facts.output_uri = output.s3Uri;
  facts.output_owner = output.s3BucketOwner;
  facts.client_token = request.clientRequestToken;
  facts.timeout_hours = request.timeoutDurationInHours.value_or(kTimeoutDefaultHours);
  const auto timeout = std::chrono::hours(facts.timeout_hours);
  facts.expires_ms = to_ms(context.services.clock.now() + timeout);
  check_uri(facts.input_uri);
  check_uri(facts.output_uri);
  return facts;
}

jobs::NewJob work_of(const storage::Resource& row) {
  jobs::NewJob job;
  job.id = row.key.id;
  job.kind = kBatchJobKind;
  job.account_id = row.key.account_id;
  job.region = row.key.region;
  job.attempts_max = kAttemptsMax;
  return job;
}

}  // namespace

template <>
Task<Response> handle<op::control::CreateModelInvocationJob>(Context& context, Request request) {
  refuse_what_is_not_there(request);
  BatchFacts facts = facts_of(context, request);
  // The model must be there and open to the account now; who may call it has been asked.
  co_await resolve_model(context, request.modelId);
  NewResource job{
      kModelInvocationJob,     new_row(kModelInvocationJob, context.principal, request.jobName),
      read_tags(request.tags), client_request<op::control::CreateModelInvocationJob>(request),
      /*count_max=*/0,         {}};
  storage::ResourceKey key = job.row.key;
  const std::string arn = arn_of(kModelInvocationJob, key);
  assume_service_role(context.services, {facts.role_arn, context.principal.account_id,
                                         context.principal.region, arn, "bedrock-" + key.id});
  job.row.state = batch_status::kSubmitted;
  job.row.document = write_batch(facts);
  const std::int64_t now_ms = to_ms(context.services.clock.now());
  job.also = [work = work_of(job.row), now_ms](storage::Transaction& transaction) {
    jobs::enqueue(transaction, work, now_ms);
  };
  Created created = co_await create_resource(context, std::move(job));
  if (!created.repeated) context.services.jobs->notify();
  key.id = std::move(created.id);
  Response response;
  response.jobArn = arn_of(kModelInvocationJob, key);
  co_return response;
}

}  // namespace bedplate::operations
