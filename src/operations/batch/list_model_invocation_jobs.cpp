// ListModelInvocationJobs: filtered, sorted by the time of submission, in pages.
#include "operations/batch/batch_job.hpp"
#include "operations/handlers.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/lookup.hpp"

namespace bedplate::operations {
namespace {

using Request = api::control::ListModelInvocationJobsRequest;
using Response = api::control::ListModelInvocationJobsResponse;

constexpr std::int64_t kPageDefault = 100;

storage::ListQuery query_of(const Request& request) {
  storage::ListQuery query;
  query.kind = kModelInvocationJob.kind;
  query.direction = request.sortOrder == "Ascending" ? storage::Direction::kAscending
                                                     : storage::Direction::kDescending;
  query.state = request.statusEquals;
  query.name_contains = request.nameContains;
  if (request.submitTimeAfter) query.created_after_ms = to_ms(*request.submitTimeAfter);
  if (request.submitTimeBefore) query.created_before_ms = to_ms(*request.submitTimeBefore);
  return query;
}

}  // namespace

template <>
Task<Response> handle<op::control::ListModelInvocationJobs>(Context& context, Request request) {
  storage::ListQuery query = query_of(request);
  ResourcePage page = co_await list_resources(context, std::move(query), request.nextToken,
                                              request.maxResults, kPageDefault);
  Response response;
  auto& summaries = response.invocationJobSummaries.emplace();
  for (const storage::Resource& row : page.resources) summaries.push_back(summarize_batch(row));
  response.nextToken = std::move(page.next_token);
  co_return response;
}

}  // namespace bedplate::operations
