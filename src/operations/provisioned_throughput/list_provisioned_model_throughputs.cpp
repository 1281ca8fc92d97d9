// ListProvisionedModelThroughputs: filtered, sorted by age, in pages.
#include <fmt/format.h>

#include "operations/handlers.hpp"
#include "operations/provisioned_throughput/provisioned_model.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/lookup.hpp"
#include "operations/resources/resource_kinds.hpp"

namespace bedplate::operations {
namespace {

using Request = api::control::ListProvisionedModelThroughputsRequest;
using Summary = api::control::ProvisionedModelSummary;

constexpr std::int32_t kPageDefault = 100;
constexpr std::int64_t kBatch = 200;

struct Page {
  std::vector<Summary> summaries;
  std::optional<storage::Position> next;
};

storage::ListQuery query_of(const Context& context, const Request& request) {
  storage::ListQuery query;
  query.account_id = context.principal.account_id;
  query.region = context.principal.region;
  query.kind = kProvisionedThroughput.kind;
  query.direction = request.sortOrder == "Ascending" ? storage::Direction::kAscending
                                                     : storage::Direction::kDescending;
  query.state = request.statusEquals;
  query.name_contains = request.nameContains;
  if (request.creationTimeAfter) query.created_after_ms = to_ms(*request.creationTimeAfter);
  if (request.creationTimeBefore) query.created_before_ms = to_ms(*request.creationTimeBefore);
  query.limit = kBatch;
  return query;
}

/// The model stands in the rows' documents, so it is compared here.
Page read_page(storage::Transaction& transaction, storage::ListQuery query,
               const std::optional<std::string>& model_arn, std::size_t page_max) {
  Page page;
  storage::Position last;
  for (;;) {
    const storage::ListPage batch = transaction.list(query);
    for (const storage::Resource& row : batch.resources) {
      Summary summary = describe_provisioned(row, read_provisioned(row));
      if (model_arn && summary.modelArn != *model_arn) continue;
      if (page.summaries.size() == page_max) {
        page.next = last;
        return page;
      }
      last = {std::to_string(row.created_ms), row.key.id};
      page.summaries.push_back(std::move(summary));
    }
    if (!batch.next) return page;
    query.after = batch.next;
  }
}

}  // namespace

template <>
Task<api::control::ListProvisionedModelThroughputsResponse>
handle<op::control::ListProvisionedModelThroughputs>(Context& context, Request request) {
  storage::ListQuery query = query_of(context, request);
  // The seal covers the query, and with it the parent: there, the one filter that the query lacks.
  storage::ListQuery sealed = query;
  sealed.parent = request.modelArnEquals.value_or("");
  const storage::PageTokens tokens = page_tokens(context);
  try {
    if (request.nextToken) query.after = tokens.decode(sealed, *request.nextToken);
  } catch (const storage::BadPageToken&) {
    throw bad_page_token();
  }
  const auto page_max = static_cast<std::size_t>(request.maxResults.value_or(kPageDefault));
  auto work = [query, model_arn = request.modelArnEquals,
               page_max](storage::Transaction& transaction) {
    return read_page(transaction, query, model_arn, page_max);
  };
  Page page = co_await context.services.store.read(std::move(work));
  api::control::ListProvisionedModelThroughputsResponse response;
  response.provisionedModelSummaries = std::move(page.summaries);
  if (page.next) response.nextToken = tokens.encode(sealed, *page.next);
  co_return response;
}

}  // namespace bedplate::operations
