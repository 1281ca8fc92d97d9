// ListAsyncInvokes: filtered, sorted by the time of submission, in pages.
#include "operations/async_invoke/async_invoke.hpp"
#include "operations/handlers.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/lookup.hpp"

namespace bedplate::operations {
namespace {

constexpr std::int64_t kPageDefault = 100;

}  // namespace

template <>
Task<api::runtime::ListAsyncInvokesResponse> handle<op::runtime::ListAsyncInvokes>(
    Context& context, api::runtime::ListAsyncInvokesRequest request) {
  storage::ListQuery query;
  query.kind = kAsyncInvoke.kind;
  query.direction = request.sortOrder == "Ascending" ? storage::Direction::kAscending
                                                     : storage::Direction::kDescending;
  query.state = request.statusEquals;
  if (request.submitTimeAfter) query.created_after_ms = to_ms(*request.submitTimeAfter);
  if (request.submitTimeBefore) query.created_before_ms = to_ms(*request.submitTimeBefore);
  ResourcePage page = co_await list_resources(context, std::move(query), request.nextToken,
                                              request.maxResults, kPageDefault);
  api::runtime::ListAsyncInvokesResponse response;
  auto& summaries = response.asyncInvokeSummaries.emplace();
  for (const storage::Resource& row : page.resources) {
    summaries.push_back(summarize_async_invoke(row));
  }
  response.nextToken = std::move(page.next_token);
  co_return response;
}

}  // namespace bedplate::operations
