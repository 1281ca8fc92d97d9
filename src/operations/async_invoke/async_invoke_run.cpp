// The run of an asynchronous invocation: one call, one object.
#include <algorithm>

#include "base/ids.hpp"
#include "objects/object_text.hpp"
#include "operations/async_invoke/async_invoke.hpp"
#include "operations/resources/creation.hpp"
#include "operations/runtime/generation.hpp"
#include "operations/runtime/invoke_embedding.hpp"
#include "operations/runtime/measuring.hpp"

namespace bedplate::operations {
namespace {

constexpr std::size_t kMessageCharactersMax = 2'048;

storage::ResourceKey key_of_job(const jobs::Job& job) {
  return {job.account_id, job.region, std::string(kAsyncInvoke.kind), "", job.id};
}

void settle(storage::Transaction& transaction, const storage::ResourceKey& key, std::int64_t now_ms,
            const std::string& failure) {
  std::optional<storage::Resource> row = transaction.get(key);
  if (!row) return;
  AsyncInvokeFacts facts = read_async_invoke(*row);
  facts.ended_ms = now_ms;
  if (!failure.empty()) facts.failure = failure.substr(0, kMessageCharactersMax);
  row->state = failure.empty() ? async_status::kCompleted : async_status::kFailed;
  row->document = write_async_invoke(facts);
  row->updated_ms = std::max(now_ms, row->updated_ms);
  transaction.update(*row, row->version);
}

/// Who may do this was asked when it was started.
identity::Principal owner_of(const storage::ResourceKey& key) {
  identity::Principal principal;
  principal.account_id = key.account_id;
  principal.region = key.region;
  return principal;
}

Task<> invoke(const Services* services, storage::ResourceKey key, AsyncInvokeFacts facts) {
  Context context{*services, owner_of(key), random_uuid(), SteadyClock::now(),
                  {},        nullptr,       nullptr,       nullptr};
  context.priority = Priority::kBatch;
  context.measure.service = "bedrock-runtime";
  context.measure.operation = "StartAsyncInvoke";
  inference::ResolvedModel model =
      co_await resolve_model(context, facts.model_id, inference::BareIds::kAny);
  api::runtime::InvokeModelRequest request;
  request.modelId = facts.model_id;
  request.body = std::move(facts.model_input);
  api::runtime::InvokeModelResponse response =
      co_await invoke_embedding(context, std::move(model), std::move(request));
  count_model_call(context, 200);
  objects::ObjectUri uri =
      objects::parse_object_uri(facts.output_uri).below(key.id).below("output.json");
  std::string type = "application/json";
  co_await objects::write_object(*services->objects, std::move(uri), std::move(response.body),
                                 std::move(type));
}

Task<jobs::JobEnd> run(const Services* services, jobs::JobContext* context) {
  const storage::ResourceKey key = key_of_job(context->job());
  const auto read = [key](storage::Transaction& transaction) { return transaction.get(key); };
  const std::optional<storage::Resource> row = co_await context->store().read(read);
  if (!row) co_return jobs::JobEnd{};
  std::string failure;
  try {
    co_await invoke(services, key, read_async_invoke(*row));
  } catch (const ApiError& error) {
    if (error.http_status == 429 || error.http_status >= 500) throw;  // the runner tries again
    failure = error.what();
  }
  jobs::JobEnd end;
  const std::int64_t now_ms = to_ms(services->clock.now());
  end.effect = [key, now_ms, failure](storage::Transaction& transaction) {
    settle(transaction, key, now_ms, failure);
  };
  co_return end;
}

}  // namespace

jobs::JobKind async_invocation(const Services& services) {
  jobs::JobKind kind;
  kind.name = kAsyncInvokeJobKind;
  kind.run = [&services](jobs::JobContext& context) { return run(&services, &context); };
  kind.give_up = [&services](storage::Transaction& transaction, const jobs::Job& job,
                             const std::string& error) {
    settle(transaction, key_of_job(job), to_ms(services.clock.now()), error);
  };
  return kind;
}

}  // namespace bedplate::operations
