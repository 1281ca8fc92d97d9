// TagResource of bedrock, bedrock-agent and bedrock-agent-runtime.
#include "operations/handlers.hpp"
#include "operations/resources/tag_rules.hpp"
#include "operations/resources/tagging.hpp"

namespace bedplate::operations {

template <>
Task<api::control::TagResourceResponse> handle<op::control::TagResource>(
    Context& context, api::control::TagResourceRequest request) {
  std::vector<storage::Tag> tags = read_tags(std::optional(std::move(request.tags)));
  co_await tag_resource(context, TagService::kControl, std::move(request.resourceARN),
                        std::move(tags));
  co_return api::control::TagResourceResponse();
}

template <>
Task<api::agent::TagResourceResponse> handle<op::agent::TagResource>(
    Context& context, api::agent::TagResourceRequest request) {
  std::vector<storage::Tag> tags = read_tags(request.tags);
  co_await tag_resource(context, TagService::kAgent, std::move(request.resourceArn),
                        std::move(tags));
  co_return api::agent::TagResourceResponse();
}

template <>
Task<api::agent_runtime::TagResourceResponse> handle<op::agent_runtime::TagResource>(
    Context& context, api::agent_runtime::TagResourceRequest request) {
  std::vector<storage::Tag> tags = read_tags(request.tags);
  co_await tag_resource(context, TagService::kAgentRuntime, std::move(request.resourceArn),
                        std::move(tags));
  co_return api::agent_runtime::TagResourceResponse();
}

}  // namespace bedplate::operations
