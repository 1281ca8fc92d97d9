// PutUseCaseForModelAccess: the form that Anthropic's models want once per account. Nobody reads
// it.
#include "operations/handlers.hpp"
#include "operations/model_access/model_access.hpp"

namespace bedplate::operations {

template <>
Task<api::control::PutUseCaseForModelAccessResponse> handle<op::control::PutUseCaseForModelAccess>(
    Context& context, api::control::PutUseCaseForModelAccessRequest request) {
  auto change = [account = context.principal.account_id, form = std::move(request.formData),
                 now = context.services.clock.now()](storage::Transaction& transaction) {
    put_use_case(transaction, account, form, now);
  };
  co_await context.services.store.write(std::move(change));
  co_await context.services.model_access.refresh();
  co_return api::control::PutUseCaseForModelAccessResponse();
}

}  // namespace bedplate::operations
