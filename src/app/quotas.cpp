// `bedplate quotas list`: the limits that the configuration sets, as Service Quotas would list
// them; needs no running server.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <set>

#include "app/commands.hpp"
#include "base/bytes.hpp"
#include "operations/control/inference_profiles.hpp"

namespace bedplate::app {
namespace {
namespace json = boost::json;
using operations::InferenceScope;

constexpr std::string_view kEveryOther = "*";

struct Row {
  std::string account, code, name, model;
  std::int64_t value = 0;
  const char* period = "";
};

/// Eight hex digits, as Service Quotas has them, but Bedplate's own: they follow from the name.
std::string code_of(std::string_view name) {
  std::string digits = hex_encode(as_view(sha256(name))).substr(0, 8);
  for (char& digit : digits) {
    if (digit >= 'a') digit = static_cast<char>(digit - 'a' + 'A');
  }
  return "L-" + digits;
}

std::string_view name_of(InferenceScope scope) {
  switch (scope) {
    case InferenceScope::kCrossRegion:
      return "Cross-region";
    case InferenceScope::kGlobalCrossRegion:
      return "Global cross-region";
    case InferenceScope::kOnDemand:
      break;
  }
  return "On-demand";
}

class Listing {
 public:
  Listing(const Configuration& configuration, const QuotasListOptions& options)
      : rules_(configuration.quotas),
        options_(options),
        region_(options.region.empty() ? configuration.default_region : options.region),
        catalogue_(inference::ModelCatalogue::built_in()),
        bindings_(catalogue_, configuration.bindings) {
    if (!options.account.empty()) {
      accounts_ = {options.account};
      return;
    }
    for (const operations::QuotaRule& rule : rules_.rules()) {
      accounts_.insert(rule.accounts.begin(), rule.accounts.end());
    }
    accounts_.emplace(kEveryOther);
  }

  std::vector<Row> rows() {
    for (const inference::CatalogueModel& model : catalogue_.models()) {
      if (!model.alias_of.empty() || !inference::matches_pattern(options_.model, model.id))
        continue;
      add_model(model);
    }
    return std::move(rows_);
  }

 private:
  void add_model(const inference::CatalogueModel& model) {
    if (model.is_on_demand_in(region_) && bindings_.match(model, region_) != nullptr) {
      add_scope(model, {});
    }
    for (const inference::InferenceProfile& profile : catalogue_.profiles()) {
      const auto& ids = profile.model_ids;
      if (std::find(ids.begin(), ids.end(), model.id) != ids.end() &&
          operations::is_offered_in(profile, region_)) {
        add_scope(model, profile.id);
      }
    }
  }

  void add_scope(const inference::CatalogueModel& model, const std::string& profile_id) {
    for (const std::string& account : accounts_) {
      const operations::QuotaRule* rule = rules_.find({account, region_, model.id, profile_id});
      if (rule == nullptr) continue;
      const auto& limits = rule->limits;
      const InferenceScope scope = operations::scope_of(profile_id);
      add(account, model, scope, "requests per minute", "MINUTE", limits.requests_per_minute);
      add(account, model, scope, "tokens per minute", "MINUTE", limits.tokens_per_minute);
      add(account, model, scope, "tokens per day", "DAY", limits.tokens_per_day);
    }
  }

  void add(const std::string& account, const inference::CatalogueModel& model, InferenceScope scope,
           std::string_view what, const char* period, std::optional<std::int64_t> limit) {
    if (!limit) return;
    Row row;
    row.account = account;
    row.name = fmt::format("{} model inference {} for {} {}", name_of(scope), what, model.provider,
                           model.name);
    // AWS's names do not tell a model's versions apart; the ids do.
    row.code = code_of(row.name + model.id);
    row.model = model.id;
    row.value = *limit;
    row.period = period;
    rows_.push_back(std::move(row));
  }

  operations::QuotaRules rules_;
  const QuotasListOptions& options_;
  std::string region_;
  inference::ModelCatalogue catalogue_;
  inference::BindingTable bindings_;
  std::set<std::string> accounts_;
  std::vector<Row> rows_;
};

void print_json(const std::vector<Row>& rows) {
  json::array quotas;
  for (const Row& row : rows) {
    json::object quota;
    quota["ServiceCode"] = "bedrock";
    quota["ServiceName"] = "Amazon Bedrock";
    quota["QuotaCode"] = row.code;
    quota["QuotaName"] = row.name;
    quota["Value"] = static_cast<double>(row.value);
    quota["Unit"] = "None";
    quota["Adjustable"] = true;
    quota["GlobalQuota"] = false;
    quota["Period"] = json::object{{"PeriodValue", 1}, {"PeriodUnit", row.period}};
    quota["AccountId"] = row.account;
    quota["ModelId"] = row.model;
    quotas.push_back(std::move(quota));
  }
  json::object answer;
  answer["Quotas"] = std::move(quotas);
  fmt::print("{}\n", json::serialize(answer));
}

void print_table(const std::vector<Row>& rows) {
  fmt::print("{:<12}  {:<10}  {:>15}  {}\n", "ACCOUNT", "CODE", "VALUE", "NAME");
  for (const Row& row : rows) {
    fmt::print("{:<12}  {:<10}  {:>15}  {}\n", row.account, row.code, row.value, row.name);
  }
}

}  // namespace

int quotas_list_command(const Configuration& configuration, const QuotasListOptions& options) {
  const std::vector<Row> rows = Listing(configuration, options).rows();
  if (options.json) {
    print_json(rows);
  } else if (rows.empty()) {
    fmt::print("No quota applies: nothing is limited (docs/quotas.md).\n");
  } else {
    print_table(rows);
  }
  return 0;
}

}  // namespace bedplate::app
