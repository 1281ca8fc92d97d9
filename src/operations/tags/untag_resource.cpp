// UntagResource of bedrock, bedrock-agent and bedrock-agent-runtime.
#include "operations/handlers.hpp"
#include "operations/resources/tagging.hpp"

namespace bedplate::operations {

template <>
Task<api::control::UntagResourceResponse> handle<op::control::UntagResource>(
    Context& context, api::control::UntagResourceRequest request) {
  co_await untag_resource(context, TagService::kControl, std::move(request.resourceARN),
                          std::move(request.tagKeys));
  co_return api::control::UntagResourceResponse();
}

template <>
Task<api::agent::UntagResourceResponse> handle<op::agent::UntagResource>(
    Context& context, api::agent::UntagResourceRequest request) {
  co_await untag_resource(context, TagService::kAgent, std::move(request.resourceArn),
                          std::move(request.tagKeys));
  co_return api::agent::UntagResourceResponse();
}

template <>
Task<api::agent_runtime::UntagResourceResponse> handle<op::agent_runtime::UntagResource>(
    Context& context, api::agent_runtime::UntagResourceRequest request) {
  co_await untag_resource(context, TagService::kAgentRuntime, std::move(request.resourceArn),
                          std::move(request.tagKeys));
  co_return api::agent_runtime::UntagResourceResponse();
}

}  // namespace bedplate::operations
