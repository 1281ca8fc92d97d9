// ListInferenceProfiles: the system-defined ones that the request's region offers, by id, then the
// account's own, by age.
#include <fmt/format.h>

#include "operations/control/application_profiles.hpp"
#include "operations/control/inference_profiles.hpp"
#include "operations/handlers.hpp"
#include "operations/resources/lookup.hpp"
#include "operations/resources/resource_kinds.hpp"

namespace bedplate::operations {
namespace {

using Request = api::control::ListInferenceProfilesRequest;
using Summaries = std::vector<api::control::InferenceProfileSummary>;

constexpr std::int32_t kPageDefault = 1'000;  // the model's own maximum
/// What Position::sort begins with: the part of the list that a page ended in.
constexpr std::string_view kSystem = "system:";
constexpr std::string_view kApplication = "application:";

bool is_in(std::string_view part, const std::optional<storage::Position>& position) {
  return position && position->sort.starts_with(part);
}

/// Adds system-defined profiles until the page is full. False when more were left.
bool add_system_profiles(const Context& context, const std::string& after, std::size_t page_max,
                         Summaries& summaries) {
  for (const auto& profile : context.services.bindings.catalogue().profiles()) {
    if (profile.id <= after || !is_offered_in(profile, context.principal.region)) continue;
    if (summaries.size() == page_max) return false;
    summaries.push_back(describe_profile(profile, context));
  }
  return true;
}

storage::ListQuery own_profiles(const Context& context, std::size_t limit,
                                const std::optional<storage::Position>& after) {
  storage::ListQuery query;
  query.account_id = context.principal.account_id;
  query.region = context.principal.region;
  query.kind = kApplicationInferenceProfile.kind;
  query.limit = static_cast<std::int64_t>(std::max<std::size_t>(limit, 1));
  if (is_in(kApplication, after)) {
    query.after = storage::Position{after->sort.substr(kApplication.size()), after->id};
  }
  return query;
}

/// Fills the rest of the page. Returns where the next one begins.
Task<std::optional<storage::Position>> add_own_profiles(Context& context,
                                                        std::optional<storage::Position> after,
                                                        std::size_t page_max,
                                                        Summaries& summaries) {
  const std::size_t room = page_max - summaries.size();
  const storage::ListQuery query = own_profiles(context, room, after);
  auto work = [query](storage::Transaction& transaction) { return transaction.list(query); };
  const storage::ListPage page = co_await context.services.store.read(std::move(work));
  if (room == 0) {  // only whether there is anything more
    if (page.resources.empty()) co_return std::nullopt;
    co_return storage::Position{std::string(kSystem), summaries.back().inferenceProfileId};
  }
  for (const storage::Resource& row : page.resources) {
    summaries.push_back(describe_application_profile(row));
  }
  if (!page.next) co_return std::nullopt;
  co_return storage::Position{std::string(kApplication) + page.next->sort, page.next->id};
}

}  // namespace

template <>
Task<api::control::ListInferenceProfilesResponse> handle<op::control::ListInferenceProfiles>(
    Context& context, Request request) {
  const auto page_max = static_cast<std::size_t>(request.maxResults.value_or(kPageDefault));
  const std::string list = fmt::format("inference-profiles {} {}", context.principal.region,
                                       request.typeEquals.value_or("all"));
  const storage::PageTokens tokens = page_tokens(context);
  std::optional<storage::Position> after;
  try {
    if (request.nextToken) {
      after = tokens.decode(context.principal.account_id, list, *request.nextToken);
    }
  } catch (const storage::BadPageToken&) {
    throw bad_page_token();
  }

  api::control::ListInferenceProfilesResponse response;
  Summaries& summaries = response.inferenceProfileSummaries.emplace();
  bool ended = true;
  std::optional<storage::Position> next;
  if (request.typeEquals != "APPLICATION" && !is_in(kApplication, after)) {
    ended = add_system_profiles(context, after ? after->id : "", page_max, summaries);
    if (!ended) next = storage::Position{std::string(kSystem), summaries.back().inferenceProfileId};
  }
  if (ended && request.typeEquals != "SYSTEM_DEFINED") {
    next = co_await add_own_profiles(context, after, page_max, summaries);
  }
  if (next) response.nextToken = tokens.encode(context.principal.account_id, list, *next);
  co_return response;
}

}  // namespace bedplate::operations
