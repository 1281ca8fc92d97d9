// GetAsyncInvoke: an asynchronous invocation by its ARN.
#include "operations/async_invoke/async_invoke.hpp"
#include "operations/handlers.hpp"
#include "operations/resources/lookup.hpp"

namespace bedplate::operations {

template <>
Task<api::runtime::GetAsyncInvokeResponse> handle<op::runtime::GetAsyncInvoke>(
    Context& context, api::runtime::GetAsyncInvokeRequest request) {
  // The operation models no ResourceNotFoundException.
  const ApiError unknown = errors::validation("The invocation was not found.");
  const auto named = named_resource(request.invocationArn, context.principal);
  if (!named || named->kind != &kAsyncInvoke) throw unknown;
  const auto row = co_await find_resource(context, named->key);
  if (!row) throw unknown;
  co_return describe_async_invoke(*row);
}

}  // namespace bedplate::operations
