// StartAsyncInvoke: a call whose reply is put into a bucket.
#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include "jobs/job_rows.hpp"
#include "objects/object_uri.hpp"
#include "objects/objects.hpp"
#include "operations/async_invoke/async_invoke.hpp"
#include "operations/handlers.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/tag_rules.hpp"
#include "operations/runtime/generation.hpp"
#include "operations/sts/service_role.hpp"

namespace bedplate::operations {
namespace {

using Request = api::runtime::StartAsyncInvokeRequest;
using Response = api::runtime::StartAsyncInvokeResponse;

ApiError not_asynchronous() {
  // Recorded (several public reports), also for inference profiles.
  return errors::validation("The provided model doesn't support async inference.");
}

/// The output's bucket is there, is whose it shall be, and the caller may put into it.
Task<> check_output(Context& context, AsyncInvokeFacts facts) {
  std::string refusal;
  try {
    const objects::ObjectUri uri = objects::parse_object_uri(facts.output_uri);
    const objects::BucketInfo bucket = co_await context.services.objects->head_bucket(uri.bucket);
    const std::string arn = "arn:aws:s3:::" + uri.bucket + "/" + uri.below("output.json").key;
    if (facts.output_owner && *facts.output_owner != bucket.owner) {
      refusal = fmt::format("The bucket {} is not owned by {}.", uri.bucket, *facts.output_owner);
    } else if (!may_use_object(context.services, context.principal, "s3:PutObject", arn,
                               bucket.owner)) {
      throw errors::access_denied(
          fmt::format("User: {} is not authorized to perform: s3:PutObject on resource: {}",
                      context.principal.arn, arn));
    }
  } catch (const objects::ObjectsError& problem) {
    refusal = fmt::format("{}: {}", facts.output_uri, problem.what());
  }
  if (!refusal.empty()) throw errors::validation(refusal);
}

AsyncInvokeFacts facts_of(const Request& request, const inference::CatalogueModel& model) {
  if (!request.outputDataConfig.s3OutputDataConfig) {
    throw errors::validation("The output must be in Amazon S3.");
  }
  const auto& output = *request.outputDataConfig.s3OutputDataConfig;
  if (output.kmsKeyId) {
    throw errors::validation("kmsKeyId is not supported: this server has no KMS keys.");
  }
  AsyncInvokeFacts facts;
  facts.model_id = model.id;
  facts.model_input = boost::json::serialize(request.modelInput);
  facts.output_uri = output.s3Uri;
  facts.output_owner = output.bucketOwner;
  facts.client_token = request.clientRequestToken;
  return facts;
}

jobs::NewJob work_of(const storage::Resource& row) {
  jobs::NewJob job;
  job.id = row.key.id;
  job.kind = kAsyncInvokeJobKind;
  job.account_id = row.key.account_id;
  job.region = row.key.region;
  job.priority = 1;  // one call: it does not wait behind batches
  return job;
}

}  // namespace

template <>
Task<Response> handle<op::runtime::StartAsyncInvoke>(Context& context, Request request) {
  const inference::ResolvedModel model =
      co_await resolve_model(context, request.modelId, inference::BareIds::kAny);
  const bool by_itself = model.profile_id.empty() && model.called_as.empty();
  if (!by_itself || !invokes_asynchronously(*model.model)) throw not_asynchronous();
  const AsyncInvokeFacts facts = facts_of(request, *model.model);
  co_await check_output(context, facts);
  NewResource invocation{kAsyncInvoke,
                         new_row(kAsyncInvoke, context.principal, ""),
                         read_tags(request.tags),
                         client_request<op::runtime::StartAsyncInvoke>(request),
                         /*count_max=*/0,
                         {}};
  storage::ResourceKey key = invocation.row.key;
  invocation.row.state = async_status::kInProgress;
  invocation.row.document = write_async_invoke(facts);
  const std::int64_t now_ms = to_ms(context.services.clock.now());
  invocation.also = [work = work_of(invocation.row), now_ms](storage::Transaction& transaction) {
    jobs::enqueue(transaction, work, now_ms);
  };
  Created created = co_await create_resource(context, std::move(invocation));
  if (!created.repeated) context.services.jobs->notify();
  key.id = std::move(created.id);
  Response response;
  response.invocationArn = arn_of(kAsyncInvoke, key);
  co_return response;
}

}  // namespace bedplate::operations
