#include "operations/batch/batch_job.hpp"

#include <algorithm>
#include <array>

#include "base/arn.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/facts.hpp"
#include "operations/resources/lookup.hpp"

namespace bedplate::operations {

BOOST_DESCRIBE_STRUCT(BatchCounts, (), (total, succeeded, failed, input_tokens, output_tokens))
BOOST_DESCRIBE_STRUCT(BatchFacts, (),
                      (model_id, model_arn, role_arn, invocation_type, input_uri, input_format,
                       input_owner, output_uri, output_owner, client_token, timeout_hours,
                       expires_ms, message, ended_ms, counts))

namespace {

/// Of the model's `Message`.
constexpr std::size_t kMessageCharactersMax = 2'048;

/// What GetModelInvocationJobResponse and ModelInvocationJobSummary have alike.
template <class Description>
Description describe(const storage::Resource& row) {
  const BatchFacts facts = read_batch(row);
  Description out;
  out.jobArn = arn_of(kModelInvocationJob, row.key);
  out.jobName = row.name;
  out.modelId = facts.model_arn;
  out.clientRequestToken = facts.client_token;
  out.roleArn = facts.role_arn;
  out.status = row.state;
  out.message = facts.message;
  out.submitTime = from_ms(row.created_ms);
  out.lastModifiedTime = from_ms(row.updated_ms);
  if (facts.ended_ms) out.endTime = from_ms(*facts.ended_ms);
  auto& input = out.inputDataConfig.s3InputDataConfig.emplace();
  input.s3InputFormat = facts.input_format;
  input.s3Uri = facts.input_uri;
  input.s3BucketOwner = facts.input_owner;
  auto& output = out.outputDataConfig.s3OutputDataConfig.emplace();
  output.s3Uri = facts.output_uri;
  output.s3BucketOwner = facts.output_owner;
  out.timeoutDurationInHours = static_cast<std::int32_t>(facts.timeout_hours);
  out.jobExpirationTime = from_ms(facts.expires_ms);
  out.modelInvocationType = facts.invocation_type;
  out.totalRecordCount = facts.counts.total;
  out.processedRecordCount = facts.counts.processed();
  out.successRecordCount = facts.counts.succeeded;
  out.errorRecordCount = facts.counts.failed;
  return out;
}

}  // namespace

bool batch_status::is_final(std::string_view status) {
  static constexpr std::array<std::string_view, 5> kFinal{kCompleted, kPartiallyCompleted, kFailed,
                                                          kStopped, kExpired};
  return std::find(kFinal.begin(), kFinal.end(), status) != kFinal.end();
}

BatchFacts read_batch(const storage::Resource& row) {
  return read_facts<BatchFacts>(row);
}

std::string write_batch(const BatchFacts& facts) {
  return write_facts(facts);
}

storage::ResourceKey batch_key(const Context& context, const std::string& identifier) {
  if (!parse_arn(identifier)) return key_of(kModelInvocationJob, context.principal, identifier);
  const auto named = named_resource(identifier, context.principal);
  if (!named || named->kind != &kModelInvocationJob) throw no_such_resource();
  return named->key;
}

api::control::GetModelInvocationJobResponse describe_batch(const storage::Resource& row) {
  return describe<api::control::GetModelInvocationJobResponse>(row);
}

api::control::ModelInvocationJobSummary summarize_batch(const storage::Resource& row) {
  return describe<api::control::ModelInvocationJobSummary>(row);
}

void update_batch(storage::Transaction& transaction, const storage::ResourceKey& key,
                  std::int64_t now_ms,
                  const std::function<void(storage::Resource&, BatchFacts&)>& change) {
  std::optional<storage::Resource> row = transaction.get(key);
  if (!row) return;
  BatchFacts facts = read_batch(*row);
  change(*row, facts);
  row->document = write_batch(facts);
  row->updated_ms = std::max(now_ms, row->updated_ms);
  transaction.update(*row, row->version);
}

void end_batch(storage::Transaction& transaction, const storage::ResourceKey& key,
               std::int64_t now_ms, const char* status, const std::optional<BatchCounts>& counts,
               const std::string& message) {
  update_batch(transaction, key, now_ms, [&](storage::Resource& row, BatchFacts& facts) {
    row.state = status;
    facts.ended_ms = now_ms;
    if (counts) facts.counts = *counts;
    if (!message.empty()) facts.message = message.substr(0, kMessageCharactersMax);
  });
}

}  // namespace bedplate::operations
