// What each dialect of OpenAI's images API calls our parameters. Sources: stable-diffusion.cpp,
// examples/server/api.md and routes_openai.cpp; vLLM-Omni's pages on image generation and editing;
// OpenAI's API reference (images).
#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include "inference/engines/image_call.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::string_view kExtraBegin = "<sd_cpp_extra_args>";
constexpr std::string_view kExtraEnd = "</sd_cpp_extra_args>";

EngineError cannot(std::string_view what) {
  EngineError error(EngineError::Kind::kInvalidRequest,
                    fmt::format("The engine that serves this model cannot honour {}. Leave it out, "
                                "or bind the model to an engine that takes it.",
                                what));
  error.http_status = 400;
  return error;
}

bool asked_strength(const ImageRequest& request) {
  return request.strength && request.strength->asked_for;
}

bool is_gpt_image(const OpenAiServer& server) {
  return server.model.starts_with("gpt-image") || server.model.starts_with("chatgpt-image");
}

/// Of the prompts with that sign. Only stable-diffusion.cpp knows weights: "(text:1.5)".
std::string joined(const ImageRequest& request, bool negative, bool weights) {
  std::string text;
  for (const WeightedPrompt& prompt : request.prompts) {
    if ((prompt.weight < 0) != negative) continue;
    const double weight = negative ? -prompt.weight : prompt.weight;
    if (weight != 1 && !weights) throw cannot("prompts' weights");
    if (!text.empty()) text += ", ";
    if (weight == 1) {
      text += prompt.text;
      continue;
    }
    text += '(';
    for (const char c : prompt.text) {
      if (c == '(' || c == ')' || c == '[' || c == ']' || c == '\\') text += '\\';
      text += c;
    }
    text += fmt::format(":{})", weight);
  }
  return text;
}

/// The same for a model that follows instructions.
std::string instructed(const ImageRequest& request) {
  const std::string prompt = joined(request, false, false);
  if (request.instruction.empty() || prompt.empty()) return request.instruction + prompt;
  return fmt::format("{} {}", request.instruction, prompt);
}

/// For models that are shown what to draw and not told what to do.
void refuse_instruction(const ImageRequest& request) {
  if (!request.instruction.empty() && !request.mask) {
    throw cannot("what this model does to an image, as it follows no instructions");
  }
}

void refuse_extra_arguments(const ImageRequest& request) {
  for (const WeightedPrompt& prompt : request.prompts) {
    // A client must not reach the server's other settings, as the files it reads, through a prompt.
    if (prompt.text.find(kExtraBegin) != std::string::npos ||
        prompt.text.find(kExtraEnd) != std::string::npos) {
      throw cannot("a prompt with the mark of extra arguments");
    }
  }
}

/// stable-diffusion.cpp reads what OpenAI's protocol has no place for from the end of the prompt.
std::string with_extra_arguments(const ImageRequest& request, std::int64_t seed) {
  refuse_extra_arguments(request);
  json::object extra{{"seed", seed}};
  extra["negative_prompt"] = joined(request, true, true);
  if (request.strength) extra["strength"] = request.strength->value;
  json::object sampling;
  if (request.steps) sampling["sample_steps"] = *request.steps;
  if (!request.sampler.empty()) sampling["sample_method"] = request.sampler;
  if (request.cfg_scale) {
    json::object guidance;
    guidance["txt_cfg"] = *request.cfg_scale;
    sampling["guidance"] = std::move(guidance);
  }
  if (!sampling.empty()) extra["sample_params"] = std::move(sampling);
  return fmt::format("{}{}{}{}", joined(request, false, true), kExtraBegin, json::serialize(extra),
                     kExtraEnd);
}

void add_for_stable_diffusion_cpp(const ImageRequest& request, std::int64_t seed,
                                  json::object& members) {
  if (request.high_quality) throw cannot("the quality \"premium\"");
  if (request.images.size() > 1) throw cannot("more than one input image");
  if (request.transparent_background) throw cannot("a transparent background");
  refuse_instruction(request);
  members["prompt"] = with_extra_arguments(request, seed);
  members["output_format"] = request.format;
}

void add_for_vllm(const ImageRequest& request, std::int64_t seed, json::object& members) {
  if (request.high_quality) throw cannot("the quality \"premium\"");
  if (request.mask) throw cannot("a mask");
  if (asked_strength(request)) throw cannot("how much the input image counts");
  if (!request.sampler.empty()) throw cannot("a sampler");
  if (request.transparent_background) throw cannot("a transparent background");
  members["prompt"] = instructed(request);
  const std::string negative = joined(request, true, false);
  if (!negative.empty()) members["negative_prompt"] = negative;
  if (request.steps) members["num_inference_steps"] = *request.steps;
  if (request.cfg_scale) members["guidance_scale"] = *request.cfg_scale;
  members["seed"] = seed;
  members["response_format"] = "b64_json";
  members["output_format"] = request.format;
}

void refuse_beyond_openai(const ImageRequest& request) {
  if (request.seed.asked_for) throw cannot("a seed");
  if (request.cfg_scale) throw cannot("how closely the prompt is followed (cfgScale, cfg_scale)");
  if (request.steps) throw cannot("a number of steps");
  if (!request.sampler.empty()) throw cannot("a sampler");
  if (asked_strength(request)) throw cannot("how much the input image counts");
}

void add_background(const ImageRequest& request, const OpenAiServer& server,
                    json::object& members) {
  if (!request.transparent_background) return;
  if (!is_gpt_image(server)) throw cannot("a transparent background");
  if (request.format == "jpeg") throw cannot("a transparent background in a JPEG");
  members["background"] = "transparent";
}

void add_for_openai(const ImageRequest& request, const OpenAiServer& server,
                    json::object& members) {
  refuse_beyond_openai(request);
  if (!joined(request, true, false).empty()) throw cannot("a negative prompt");
  if (!is_gpt_image(server)) refuse_instruction(request);
  members["prompt"] = is_gpt_image(server) ? instructed(request) : joined(request, false, false);
  if (members["prompt"].get_string().empty()) throw cannot("a request without a prompt");
  add_background(request, server, members);
  if (request.high_quality && is_gpt_image(server)) {
    members["quality"] = "high";
  } else if (request.high_quality && server.model == "dall-e-3") {
    members["quality"] = "hd";
  } else if (request.high_quality) {
    throw cannot("the quality \"premium\"");
  }
  // OpenAI's newer models send bytes always, and refuse to be asked for it.
  if (!is_gpt_image(server)) members["response_format"] = "b64_json";
  if (is_gpt_image(server) || request.format != "png") members["output_format"] = request.format;
}

}  // namespace

bool takes_seeds(Dialect dialect) {
  return dialect == Dialect::kStableDiffusionCpp || dialect == Dialect::kVllm;
}

json::object image_members(const ImageRequest& request, const OpenAiServer& server, int count,
                           std::int64_t seed) {
  if (!request.beyond.empty()) throw cannot(request.beyond.front());
  json::object members{{"n", count}};
  members["size"] = fmt::format("{}x{}", request.width_px, request.height_px);
  if (!server.model.empty()) members["model"] = server.model;
  if (server.traits.dialect == Dialect::kStableDiffusionCpp) {
    add_for_stable_diffusion_cpp(request, seed, members);
  } else if (server.traits.dialect == Dialect::kVllm) {
    add_for_vllm(request, seed, members);
  } else {
    add_for_openai(request, server, members);
  }
  return members;
}

}  // namespace bedplate::inference
