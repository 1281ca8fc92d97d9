// ListFoundationModelAgreementOffers: one for each model. Nothing is charged for, so its rate card
// is empty; nor does Bedplate know terms of whose weights are bound to the model.
#include "base/bytes.hpp"
#include "operations/handlers.hpp"
#include "operations/model_access/model_access.hpp"

namespace bedplate::operations {

template <>
Task<api::control::ListFoundationModelAgreementOffersResponse>
handle<op::control::ListFoundationModelAgreementOffers>(
    Context& context, api::control::ListFoundationModelAgreementOffersRequest request) {
  const inference::CatalogueModel& model = find_model(context, request.modelId);
  api::control::ListFoundationModelAgreementOffersResponse response;
  response.modelId = request.modelId;
  api::control::Offer offer;
  offer.offerId = "offer-" + hex_encode(as_view(sha256(agreement_id(model)))).substr(0, 13);
  offer.offerToken = offer_token(context, model);
  response.offers.push_back(std::move(offer));
  co_return response;
}

}  // namespace bedplate::operations
