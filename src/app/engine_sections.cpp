#include "app/engine_sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace bedplate::app {
namespace {

inference::LlamaTask read_task(Section& section) {
  using Task = inference::LlamaTask;
  const auto task = section.text("task");
  if (!task) return Task::kAuto;
  if (*task == "generate") return Task::kGenerate;
  if (*task == "embed") return Task::kEmbed;
  if (*task == "rerank") return Task::kRank;
  throw section.error("'task' must be \"generate\", \"embed\" or \"rerank\"");
}

inference::LlamaCppOptions read_llama_cpp(Section& section) {
  inference::LlamaCppOptions options;
  const auto weights = section.path("weights");
  if (!weights) throw section.error("an engine of type llama.cpp needs 'weights'");
  options.weights = *weights;
  if (const auto projector = section.path("projector")) options.projector = *projector;
  if (const auto n = section.integer("slots", 1, 256)) options.slots = static_cast<int>(*n);
  if (const auto n = section.integer("context_tokens", 16, 100'000'000)) {
    options.context_tokens = static_cast<int>(*n);
  }
  if (const auto n = section.integer("threads", 1, 1024)) options.threads = static_cast<int>(*n);
  options.load_at_start = section.flag("load_at_start").value_or(false);
  section.read("queue_max", options.queue_max, 0, 1'000'000);
  options.task = read_task(section);
  options.extra_arguments = section.texts("extra_arguments");
  return options;
}

/// What the engines elsewhere have in common.
template <class Options>
void read_upstream(Section& section, Options& options) {
  options.model = section.text("model").value_or("");
  options.api_key_env = section.text("api_key_env").value_or("");
  options.api_key_file = section.text("api_key_file").value_or("");
  section.read("concurrency_max", options.concurrency_max, 1, 1'000'000);
  section.read("queue_max", options.queue_max, 0, 1'000'000);
}

inference::OpenAiOptions read_openai(Section& section) {
  inference::OpenAiOptions options;
  options.endpoints = section.texts("endpoints");
  if (options.endpoints.empty()) throw section.error("an engine of type openai needs 'endpoints'");
  read_upstream(section, options);
  return options;
}

/// The upstream's names for our model ids.
void read_model_names(Section& section, std::map<std::string, std::string>& names) {
  auto models = section.section("models");
  if (!models) return;
  for (const std::string& id : models->keys()) names[id] = *models->text(id);
}

inference::AnthropicOptions read_anthropic(Section& section) {
  inference::AnthropicOptions options;
  if (auto endpoints = section.texts("endpoints"); !endpoints.empty()) {
    options.endpoints = std::move(endpoints);
  }
  read_upstream(section, options);
  read_model_names(section, options.models);
  return options;
}

inference::BedrockOptions read_bedrock(Section& section) {
  inference::BedrockOptions options;
  const auto region = section.text("region");
  if (!region) throw section.error("an engine of type bedrock needs 'region'");
  options.region = *region;
  options.endpoints = section.texts("endpoints");
  read_upstream(section, options);
  read_model_names(section, options.models);
  if (const auto file = section.path("credentials_file")) options.credentials_file = *file;
  const auto name = [&](const char* key, std::string& value) {
    if (auto text = section.text(key)) value = std::move(*text);
  };
  name("profile", options.profile);
  name("access_key_id_env", options.access_key_id_env);
  name("secret_access_key_env", options.secret_access_key_env);
  name("session_token_env", options.session_token_env);
  return options;
}

/// Invented replies are for models that somebody has named, never for whatever else there is.
void check_scripted(const Configuration& configuration, const inference::Binding& binding,
                    const Section& section) {
  const auto& engines = configuration.engines.engines;
  const bool scripted = std::any_of(engines.begin(), engines.end(), [&](const auto& engine) {
    return engine.name == binding.engine &&
           std::holds_alternative<inference::ScriptedOptions>(engine.kind);
  });
  const bool pattern = std::any_of(binding.models.begin(), binding.models.end(),
                                   [](const auto& id) { return id.find('*') != id.npos; });
  if (scripted && pattern) {
    throw section.error(fmt::format(
        "the engine '{}' is scripted: bind it to whole model ids, without '*'", binding.engine));
  }
}

}  // namespace

inference::EngineOptions read_engine(Section section, const std::string& name) {
  inference::EngineOptions engine;
  engine.name = name;
  const std::string type = section.text("type").value_or("");
  if (type == "llama.cpp") {
    engine.kind = read_llama_cpp(section);
  } else if (type == "openai") {
    engine.kind = read_openai(section);
  } else if (type == "anthropic") {
    engine.kind = read_anthropic(section);
  } else if (type == "bedrock") {
    engine.kind = read_bedrock(section);
  } else if (type == "scripted") {
    const auto rules = section.path("rules");
    if (!rules) throw section.error("an engine of type scripted needs 'rules'");
    engine.kind = inference::ScriptedOptions{*rules};
  } else {
    throw section.error(
        fmt::format("engine '{}' needs type = \"llama.cpp\", \"openai\", \"anthropic\", "
                    "\"bedrock\" or \"scripted\"",
                    name));
  }
  section.read("queue_wait_max_ms", engine.queue_wait_max);
  section.read("first_token_timeout_ms", engine.first_token_timeout);
  section.read("next_token_timeout_ms", engine.next_token_timeout);
  section.refuse_unknown();
  return engine;
}

inference::Binding read_binding(Section section, const Configuration& configuration) {
  inference::Binding binding;
  binding.models = section.texts("models");
  binding.regions = section.texts("regions");
  binding.engine = section.text("engine").value_or("");
  binding.text_only = section.flag("text_only").value_or(false);
  if (binding.models.empty() || binding.engine.empty()) {
    throw section.error("a binding needs 'models' and 'engine'");
  }
  section.refuse_unknown();
  check_scripted(configuration, binding, section);
  return binding;
}

}  // namespace bedplate::app
