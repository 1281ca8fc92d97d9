#include "inference/engines/converse_fields.hpp"

#include <fmt/format.h>

#include <optional>

#include "inference/engine.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;
using Provider = ModelProvider;

struct Prefix {
  std::string_view text;
  Provider provider;
};
constexpr Prefix kPrefixes[] = {
    {"anthropic.", Provider::kAnthropic}, {"amazon.nova", Provider::kNova},
    {"mistral.", Provider::kMistral},     {"cohere.", Provider::kCohere},
    {"ai21.", Provider::kAi21},           {"writer.", Provider::kWriter},
    {"openai.", Provider::kChat},         {"qwen.", Provider::kChat},
    {"deepseek.v", Provider::kChat},      {"moonshot", Provider::kChat},
    {"minimax.", Provider::kChat},        {"zai.", Provider::kChat},
    {"nvidia.", Provider::kChat},         {"google.", Provider::kChat},
};

/// "us.anthropic.claude-…" and "arn:…/anthropic.claude-…" count as well.
std::optional<Provider> provider_in(std::string_view id) {
  for (const Prefix& prefix : kPrefixes) {
    const std::size_t at = id.find(prefix.text);
    if (at == id.npos) continue;
    if (at == 0 || id[at - 1] == '.' || id[at - 1] == '/') return prefix.provider;
  }
  return std::nullopt;
}

EngineError refusal(std::string_view what) {
  return EngineError(EngineError::Kind::kInvalidRequest,
                     fmt::format("The engine that serves this model takes no {}.", what));
}

void add_top_k(json::object& fields, std::int64_t top_k, Provider provider) {
  switch (provider) {
    case Provider::kAnthropic:
    case Provider::kMistral:
      fields["top_k"] = top_k;
      return;
    case Provider::kCohere:
      fields["k"] = top_k;
      return;
    case Provider::kNova:
      fields["inferenceConfig"] = json::object{{"topK", top_k}};
      return;
    default:
      throw refusal("top_k");
  }
}

void add_seed(json::object& fields, std::int64_t seed, Provider provider) {
  if (provider == Provider::kMistral) {
    fields["random_seed"] = seed;
  } else if (provider == Provider::kCohere || provider == Provider::kChat) {
    fields["seed"] = seed;
  } else {
    throw refusal("seed");
  }
}

void add_penalty(json::object& fields, const char* name, std::optional<double> penalty,
                 Provider provider) {
  if (penalty.value_or(0) == 0) return;
  if (provider == Provider::kOther || provider == Provider::kAnthropic ||
      provider == Provider::kNova) {
    throw refusal("penalties");
  }
  fields[name] = *penalty;
}

void add_reasoning(json::object& fields, const ReasoningParameters& reasoning, Provider provider) {
  if (!reasoning.enabled) return;
  if (provider == Provider::kAnthropic) {
    json::object thinking;
    thinking["type"] = reasoning.budget_tokens ? "enabled" : "adaptive";
    if (reasoning.budget_tokens) thinking["budget_tokens"] = *reasoning.budget_tokens;
    fields["thinking"] = std::move(thinking);
    return;
  }
  if (reasoning.budget_tokens) throw refusal("budget of reasoning");
  if (provider == Provider::kNova) {
    json::object config{{"type", "enabled"}};
    if (!reasoning.effort.empty()) config["maxReasoningEffort"] = reasoning.effort;
    fields["reasoningConfig"] = std::move(config);
  } else if (provider == Provider::kChat && !reasoning.effort.empty()) {
    fields["reasoning_effort"] = reasoning.effort;
  }
  // The others' models reason, or do not, whatever they are told.
}

}  // namespace

ModelProvider provider_of(std::string_view upstream_id, std::string_view model_id) {
  if (const auto provider = provider_in(upstream_id)) return *provider;
  // A name that does tell, of a provider without particulars, is not overruled.
  if (!upstream_id.starts_with("arn:")) return Provider::kOther;
  return provider_in(model_id).value_or(Provider::kOther);
}

bool takes_effort_in_converse(ModelProvider provider) {
  return provider != Provider::kNova && provider != Provider::kChat;
}

json::object converse_fields(const GenerationRequest& request, ModelProvider provider) {
  const SamplingParameters& sampling = request.sampling;
  json::object fields;
  if (sampling.top_k) add_top_k(fields, *sampling.top_k, provider);
  if (sampling.seed) add_seed(fields, *sampling.seed, provider);
  add_penalty(fields, "frequency_penalty", sampling.frequency_penalty, provider);
  add_penalty(fields, "presence_penalty", sampling.presence_penalty, provider);
  add_reasoning(fields, request.reasoning, provider);
  return fields;
}

}  // namespace bedplate::inference
