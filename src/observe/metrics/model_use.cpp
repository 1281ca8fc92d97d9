#include "observe/metrics/model_use.hpp"

namespace bedplate::observe {

std::optional<double> cost_usd(const ModelUse& use) {
  std::optional<double> cost;
  const auto add = [&](std::int64_t amount, const std::optional<double>& price, double per) {
    if (amount == 0 || !price) return;
    cost = cost.value_or(0) + static_cast<double>(amount) / per * *price;
  };
  constexpr double kPerThousand = 1'000;
  const ModelPrices& prices = use.prices;
  // Models without a price of its own for the cache are sold at that of input.
  const auto or_input = [&](const std::optional<double>& price) {
    return price ? price : prices.input_per_1k_tokens;
  };
  add(use.input_tokens, prices.input_per_1k_tokens, kPerThousand);
  add(use.output_tokens, prices.output_per_1k_tokens, kPerThousand);
  add(use.cache_read_tokens, or_input(prices.cache_read_per_1k_tokens), kPerThousand);
  add(use.cache_write_tokens, or_input(prices.cache_write_per_1k_tokens), kPerThousand);
  add(use.images, prices.per_image, 1);
  add(use.queries, prices.per_query, 1);
  return cost;
}

std::int64_t quota_tokens(const ModelUse& use) {
  return use.input_tokens + use.cache_write_tokens + use.output_tokens * use.quota_output_rate;
}

}  // namespace bedplate::observe
