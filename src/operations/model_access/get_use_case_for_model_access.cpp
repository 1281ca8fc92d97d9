// GetUseCaseForModelAccess: the form as it was put.
#include "operations/handlers.hpp"
#include "operations/model_access/model_access.hpp"

namespace bedplate::operations {

template <>
Task<api::control::GetUseCaseForModelAccessResponse> handle<op::control::GetUseCaseForModelAccess>(
    Context& context, api::control::GetUseCaseForModelAccessRequest) {
  auto look = [account = context.principal.account_id](storage::Transaction& transaction) {
    return use_case(transaction, account);
  };
  std::optional<std::string> form = co_await context.services.store.read(std::move(look));
  // Recorded.
  if (!form) throw errors::resource_not_found("You have not filled out the request form");
  api::control::GetUseCaseForModelAccessResponse response;
  response.formData = std::move(*form);
  co_return response;
}

}  // namespace bedplate::operations
