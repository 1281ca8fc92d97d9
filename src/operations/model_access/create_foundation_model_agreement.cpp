// CreateFoundationModelAgreement: gives the caller's account access to a model.
#include "base/bytes.hpp"
#include "operations/handlers.hpp"
#include "operations/model_access/model_access.hpp"

namespace bedplate::operations {

template <>
Task<api::control::CreateFoundationModelAgreementResponse>
handle<op::control::CreateFoundationModelAgreement>(
    Context& context, api::control::CreateFoundationModelAgreementRequest request) {
  const inference::CatalogueModel& model = find_model(context, request.modelId);
  if (!equal_constant_time(request.offerToken, offer_token(context, model))) {
    throw errors::validation("The provided offer token is not valid for this model.");
  }
  auto change = [account = context.principal.account_id, id = agreement_id(model),
                 now = context.services.clock.now()](storage::Transaction& transaction) {
    create_agreement(transaction, account, id, now);
  };
  co_await context.services.store.write(std::move(change));
  co_await context.services.model_access.refresh();
  api::control::CreateFoundationModelAgreementResponse response;
  response.modelId = request.modelId;
  co_return response;
}

}  // namespace bedplate::operations
