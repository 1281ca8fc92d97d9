// ListTagsForResource of bedrock, bedrock-agent and bedrock-agent-runtime.
#include "operations/handlers.hpp"
#include "operations/resources/tagging.hpp"

namespace bedplate::operations {
namespace {

std::map<std::string, std::string> as_map(std::vector<storage::Tag> tags) {
  std::map<std::string, std::string> map;
  for (storage::Tag& tag : tags) map.emplace(std::move(tag.key), std::move(tag.value));
  return map;
}

}  // namespace

template <>
Task<api::control::ListTagsForResourceResponse> handle<op::control::ListTagsForResource>(
    Context& context, api::control::ListTagsForResourceRequest request) {
  std::vector<storage::Tag> tags =
      co_await list_tags(context, TagService::kControl, std::move(request.resourceARN));
  api::control::ListTagsForResourceResponse response;
  auto& out = response.tags.emplace();
  for (storage::Tag& tag : tags) out.push_back({std::move(tag.key), std::move(tag.value)});
  co_return response;
}

template <>
Task<api::agent::ListTagsForResourceResponse> handle<op::agent::ListTagsForResource>(
    Context& context, api::agent::ListTagsForResourceRequest request) {
  std::vector<storage::Tag> tags =
      co_await list_tags(context, TagService::kAgent, std::move(request.resourceArn));
  api::agent::ListTagsForResourceResponse response;
  response.tags = as_map(std::move(tags));
  co_return response;
}

template <>
Task<api::agent_runtime::ListTagsForResourceResponse>
handle<op::agent_runtime::ListTagsForResource>(
    Context& context, api::agent_runtime::ListTagsForResourceRequest request) {
  std::vector<storage::Tag> tags =
      co_await list_tags(context, TagService::kAgentRuntime, std::move(request.resourceArn));
  api::agent_runtime::ListTagsForResourceResponse response;
  response.tags = as_map(std::move(tags));
  co_return response;
}

}  // namespace bedplate::operations
