#include "operations/async_invoke/async_invoke.hpp"

#include <fmt/format.h>

#include "operations/resources/creation.hpp"
#include "operations/resources/facts.hpp"

namespace bedplate::operations {

BOOST_DESCRIBE_STRUCT(AsyncInvokeFacts, (),
                      (model_id, model_input, output_uri, output_owner, client_token, failure,
                       ended_ms))

namespace {

/// What GetAsyncInvokeResponse and AsyncInvokeSummary have alike.
template <class Description>
Description describe(const storage::Resource& row) {
  const AsyncInvokeFacts facts = read_async_invoke(row);
  Description out;
  out.invocationArn = arn_of(kAsyncInvoke, row.key);
  out.modelArn =
      fmt::format("arn:aws:bedrock:{}::foundation-model/{}", row.key.region, facts.model_id);
  out.clientRequestToken = facts.client_token;
  out.status = row.state;
  out.failureMessage = facts.failure;
  out.submitTime = from_ms(row.created_ms);
  out.lastModifiedTime = from_ms(row.updated_ms);
  if (facts.ended_ms) out.endTime = from_ms(*facts.ended_ms);
  auto& output = out.outputDataConfig.s3OutputDataConfig.emplace();
  output.s3Uri = facts.output_uri;
  output.bucketOwner = facts.output_owner;
  return out;
}

}  // namespace

AsyncInvokeFacts read_async_invoke(const storage::Resource& row) {
  return read_facts<AsyncInvokeFacts>(row);
}

std::string write_async_invoke(const AsyncInvokeFacts& facts) {
  return write_facts(facts);
}

api::runtime::GetAsyncInvokeResponse describe_async_invoke(const storage::Resource& row) {
  return describe<api::runtime::GetAsyncInvokeResponse>(row);
}

api::runtime::AsyncInvokeSummary summarize_async_invoke(const storage::Resource& row) {
  return describe<api::runtime::AsyncInvokeSummary>(row);
}

// AWS's others make or read video and audio (Nova Reel, Luma Ray), or cut long media and texts into
// segments (Nova Multimodal Embeddings): nothing here can.
bool invokes_asynchronously(const inference::CatalogueModel& model) {
  return model.id.starts_with("twelvelabs.marengo-embed-");
}

}  // namespace bedplate::operations
