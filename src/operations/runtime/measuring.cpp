#include "operations/runtime/measuring.hpp"

#include <algorithm>

#include "observe/metrics/server_metrics.hpp"
#include "operations/quotas/token_demand.hpp"

namespace bedplate::operations {
namespace {

std::string_view last_part(std::string_view arn) {
  return arn.substr(arn.rfind('/') + 1);
}

observe::ModelPrices prices_of(const inference::CatalogueModel& model) {
  observe::ModelPrices prices;
  prices.input_per_1k_tokens = model.input_usd_per_1k_tokens;
  prices.output_per_1k_tokens = model.output_usd_per_1k_tokens;
  prices.cache_read_per_1k_tokens = model.cache_read_usd_per_1k_tokens;
  prices.cache_write_per_1k_tokens = model.cache_write_usd_per_1k_tokens;
  prices.per_image = model.usd_per_image;
  prices.per_query = model.usd_per_query;
  return prices;
}

/// A call that broke off has no count of its output: it is taken from what was seen of it.
void complete(observe::ModelUse& use) {
  if (use.ended || use.output_bytes == 0) return;
  use.output_tokens = std::max<std::int64_t>(1, estimated_tokens(use.output_bytes));
}

/// The model that a request names which was refused before it came to one: for its errors.
void name_model(const Context& context, observe::ModelUse& use) {
  const std::string& asked = context.measure.asked_model;
  const bool known = !context.principal.account_id.empty();  // who is not accounts for nothing
  if (!use.model_id.empty() || asked.empty() || !known) return;
  const inference::ModelCatalogue& catalogue = context.services.bindings.catalogue();
  if (catalogue.find(asked) == nullptr && catalogue.find_profile(asked) == nullptr) return;
  use.model_id = use.called_as = asked;
}

}  // namespace

void measure_model(Context& context, const inference::ResolvedModel& resolved) {
  const inference::CatalogueModel& model = *resolved.model;
  observe::ModelUse& use = context.measure.use;
  use.model_id = model.alias_of.empty() ? model.id : model.alias_of;
  use.own_profile = resolved.called_as.find(":application-inference-profile/") != std::string::npos;
  use.profile = use.own_profile ? resolved.called_as : resolved.profile_id;
  if (!resolved.called_as.empty()) {
    use.called_as = last_part(resolved.called_as);
  } else {
    use.called_as = resolved.profile_id.empty() ? use.model_id : resolved.profile_id;
  }
  use.legacy = model.lifecycle == "LEGACY";
  use.quota_output_rate = output_rate_of(use.model_id);
  use.prices = prices_of(model);
}

void count_model_call(const Context& context, int http_status) {
  observe::ServerMetrics* metrics = context.services.metrics;
  if (metrics == nullptr) return;
  const observe::RequestMeasure& measure = context.measure;
  observe::ModelUse use = measure.use;
  complete(use);
  name_model(context, use);
  observe::RequestEnd end{measure.service, measure.operation, http_status, context.received,
                          SteadyClock::now()};
  if (context.request != nullptr) end.traceparent = context.request->headers.get("traceparent");
  metrics->request_ended(end, context.principal, use);
}

void MeasuringSink::saw_output(std::size_t bytes) {
  use_.output_bytes += bytes;
  if (!use_.first_token) use_.first_token = SteadyClock::now();
}

void MeasuringSink::ended(const inference::Usage& usage) {
  if (!use_.first_token) use_.first_token = SteadyClock::now();
  use_.ended = true;
  // Several replies to one request have one prompt.
  use_.input_tokens = usage.input_tokens;
  use_.cache_read_tokens = usage.cache_read_input_tokens;
  use_.cache_write_tokens = usage.cache_write_input_tokens;
  use_.output_tokens += usage.output_tokens;
}

Task<> MeasuringSink::on_event(inference::GenerationEvent event) {
  if (const auto* text = std::get_if<inference::TextDelta>(&event)) {
    saw_output(text->text.size());
  } else if (const auto* thought = std::get_if<inference::ReasoningDelta>(&event)) {
    saw_output(thought->text.size());
  } else if (const auto* input = std::get_if<inference::ToolInputDelta>(&event)) {
    saw_output(input->json.size());
  } else if (const auto* call = std::get_if<inference::ToolUseStart>(&event)) {
    saw_output(call->name.size());
  } else if (const auto* start = std::get_if<inference::GenerationStart>(&event)) {
    use_.input_tokens = start->input_tokens.value_or(0);
  } else if (const auto* end = std::get_if<inference::GenerationEnd>(&event)) {
    ended(end->usage);
  }
  return next_.on_event(std::move(event));
}

}  // namespace bedplate::operations
