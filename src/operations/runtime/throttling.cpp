#include "operations/runtime/throttling.hpp"

#include "operations/quotas/token_demand.hpp"

namespace bedplate::operations {
namespace {

QuotaSubject subject_of(const Context& context, const inference::ResolvedModel& resolved) {
  const inference::CatalogueModel& model = *resolved.model;
  const std::string_view id = model.alias_of.empty() ? model.id : model.alias_of;
  return {context.principal.account_id, context.principal.region, id, resolved.profile_id};
}

template <class DemandOf>
void reserve(Context& context, const inference::ResolvedModel& resolved, DemandOf demand_of) {
  if (context.reservation.held()) return;
  if (!resolved.claim.holder.empty()) return;  // quotas are for on-demand requests
  QuotaLedger& quotas = context.services.quotas;
  const QuotaSubject subject = subject_of(context, resolved);
  const QuotaLimits* limits = quotas.limits_of(subject);
  if (limits == nullptr) return;
  std::optional<TokenDemand> demand;
  if (limits->count_tokens()) demand = demand_of();
  context.reservation = quotas.reserve(subject, demand, output_rate_of(subject.model_id));
}

}  // namespace

void reserve_quota(Context& context, const inference::ResolvedModel& resolved,
                   const inference::GenerationRequest& request) {
  reserve(context, resolved, [&] { return demand_of(request, *resolved.model); });
}

void reserve_quota(Context& context, const inference::ResolvedModel& resolved,
                   const inference::EmbeddingRequest& request) {
  reserve(context, resolved, [&] { return demand_of(request); });
}

void reserve_request(Context& context, const inference::ResolvedModel& resolved) {
  reserve(context, resolved, []() -> std::optional<TokenDemand> { return std::nullopt; });
}

Task<> MeteringSink::on_event(inference::GenerationEvent event) {
  if (const auto* text = std::get_if<inference::TextDelta>(&event)) {
    reservation_.output_seen(text->text.size());
  } else if (const auto* thought = std::get_if<inference::ReasoningDelta>(&event)) {
    reservation_.output_seen(thought->text.size());
  } else if (const auto* input = std::get_if<inference::ToolInputDelta>(&event)) {
    reservation_.output_seen(input->json.size());
  } else if (const auto* end = std::get_if<inference::GenerationEnd>(&event)) {
    const inference::Usage& usage = end->usage;
    reservation_.settle(usage.input_tokens + usage.cache_write_input_tokens, usage.output_tokens);
  }
  return next_.on_event(std::move(event));
}

}  // namespace bedplate::operations
