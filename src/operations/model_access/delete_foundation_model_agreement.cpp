// DeleteFoundationModelAgreement: takes a model away from the caller's account. Unlike AWS's, a
// later call does not bring it back.
#include "operations/handlers.hpp"
#include "operations/model_access/model_access.hpp"

namespace bedplate::operations {

template <>
Task<api::control::DeleteFoundationModelAgreementResponse>
handle<op::control::DeleteFoundationModelAgreement>(
    Context& context, api::control::DeleteFoundationModelAgreementRequest request) {
  ModelAccess& access = context.services.model_access;
  auto change = [account = context.principal.account_id,
                 id = agreement_id(find_model(context, request.modelId)),
                 otherwise = access.otherwise(),
                 now = context.services.clock.now()](storage::Transaction& transaction) {
    delete_agreement(transaction, account, id, otherwise, now);
  };
  co_await context.services.store.write(std::move(change));
  co_await access.refresh();
  co_return api::control::DeleteFoundationModelAgreementResponse();
}

}  // namespace bedplate::operations
