// `bedplate models`: what is bound to what, from the configuration; needs no running server.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <variant>

#include "app/commands.hpp"

namespace bedplate::app {
namespace {

struct Row {
  std::string model, provider, engine, served_by;
};

std::string describe_engine(const inference::EngineOptions& engine) {
  if (const auto* llama = std::get_if<inference::LlamaCppOptions>(&engine.kind)) {
    return "llama.cpp/" + llama->weights.filename().string();
  }
  if (const auto* scripted = std::get_if<inference::ScriptedOptions>(&engine.kind)) {
    return "scripted/" + scripted->rules.filename().string();
  }
  if (const auto* anthropic = std::get_if<inference::AnthropicOptions>(&engine.kind)) {
    return fmt::format("anthropic {}", fmt::join(anthropic->endpoints, ", "));
  }
  if (const auto* bedrock = std::get_if<inference::BedrockOptions>(&engine.kind)) {
    return bedrock->endpoints.empty()
               ? fmt::format("bedrock in {}", bedrock->region)
               : fmt::format("bedrock {}", fmt::join(bedrock->endpoints, ", "));
  }
  const auto& remote = std::get<inference::OpenAiOptions>(engine.kind);
  return fmt::format("openai {}", fmt::join(remote.endpoints, ", "));
}

std::string find_engine(const Configuration& configuration, const std::string& name) {
  for (const auto& engine : configuration.engines.engines) {
    if (engine.name == name) return describe_engine(engine);
  }
  return "an engine that is not configured";
}

std::vector<Row> rows_of(const Configuration& configuration, const ModelsOptions& options) {
  inference::ModelCatalogue catalogue = inference::ModelCatalogue::built_in();
  const inference::BindingTable table(catalogue, configuration.bindings);
  const std::string region = options.region.empty() ? configuration.default_region : options.region;
  std::vector<Row> rows;
  for (const auto& model : catalogue.models()) {
    const inference::Binding* binding = table.match(model, region);
    if (!model.alias_of.empty() || (binding == nullptr && !options.all)) continue;
    Row row{model.id, model.provider, "-", "nothing"};
    if (binding != nullptr) {
      row.engine = binding->engine;
      row.served_by = find_engine(configuration, binding->engine);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

int models_command(const Configuration& configuration, const ModelsOptions& options) {
  const std::vector<Row> rows = rows_of(configuration, options);
  if (options.json) {
    boost::json::array list;
    for (const Row& row : rows) {
      list.push_back(boost::json::object{{"modelId", row.model},
                                         {"providerName", row.provider},
                                         {"engine", row.engine},
                                         {"servedBy", row.served_by}});
    }
    fmt::print("{}\n", boost::json::serialize(list));
    return 0;
  }
  std::size_t width = 5;
  for (const Row& row : rows) width = std::max(width, row.model.size());
  fmt::print("{:<{}}  {:<12}  {}\n", "MODEL", width, "ENGINE", "SERVED BY");
  for (const Row& row : rows) {
    fmt::print("{:<{}}  {:<12}  {}\n", row.model, width, row.engine, row.served_by);
  }
  return 0;
}

}  // namespace bedplate::app
