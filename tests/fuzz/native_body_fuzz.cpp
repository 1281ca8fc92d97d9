// A native body of any family that converses or makes images, and Converse's additional fields:
// whatever a client sends is understood or refused with a client's error, and a reply to what is
// understood can be rendered.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/family.hpp"
#include "inference/families/image_family.hpp"

namespace {

using namespace bedplate::inference;
namespace json = boost::json;

/// What the first byte chooses from: a family by its key, and a model of it.
struct Choice {
  const char* family;
  const char* model;
};
constexpr Choice kChoices[] = {
    {"anthropic-messages", "anthropic.claude-3-haiku-20240307-v1:0"},
    {"anthropic-text", "anthropic.claude-v2"},
    {"meta-llama", "meta.llama3-8b-instruct-v1:0"},
    {"titan-text", "amazon.titan-text-express-v1"},
    {"nova", "amazon.nova-lite-v1:0"},
    {"openai-chat", "openai.gpt-oss-20b-1:0"},
    {"mistral-instruct", "mistral.mistral-7b-instruct-v0:2"},
    {"cohere-command", "cohere.command-text-v14"},
    {"cohere-command-r", "cohere.command-r-v1:0"},
    {"ai21-j2", "ai21.j2-mid-v1"},
    {"ai21-jamba", "ai21.jamba-1-5-mini-v1:0"},
    {"deepseek", "deepseek.r1-v1:0"},
    {"writer", "writer.palmyra-x5-v1:0"},
};

/// Models that make images, by the first byte's last values.
constexpr Choice kImageChoices[] = {
    {"titan-image", "amazon.titan-image-generator-v2:0"},
    {"nova-canvas", "amazon.nova-canvas-v1:0"},
    {"stability-sdxl", "stability.stable-diffusion-xl-v1"},
    {"stability-sd3", "stability.sd3-5-large-v1:0"},
    {"stability-edit", "stability.stable-image-inpaint-v1:0"},
    {"stability-edit", "stability.stable-image-erase-object-v1:0"},
    {"stability-edit", "stability.stable-outpaint-v1:0"},
    {"stability-edit", "stability.stable-image-search-replace-v1:0"},
    {"stability-edit", "stability.stable-image-search-recolor-v1:0"},
    {"stability-edit", "stability.stable-image-style-guide-v1:0"},
    {"stability-edit", "stability.stable-style-transfer-v1:0"},
    {"stability-edit", "stability.stable-creative-upscale-v1:0"},
};

void check(bool holds) {
  if (!holds) std::abort();
}

/// A reply of every kind of event.
void render_all(const Family& family, const ReplyContext& context) {
  std::vector<GenerationEvent> events{GenerationStart{3}};
  events.emplace_back(ReasoningDelta{"hm"});
  events.emplace_back(TextDelta{"Hi", {{"Hi", -0.5}}});
  events.emplace_back(ToolUseStart{"tool"});
  events.emplace_back(ToolInputDelta{"{\"a\":"});
  events.emplace_back(GenerationEnd{StopReason::kMaxTokens, "", {}});
  GenerationReply reply;
  std::vector<json::object> chunks;
  const auto renderer = family.chunk_renderer(context);
  for (const GenerationEvent& event : events) {
    append(reply, event);
    renderer->render(event, chunks);
  }
  check(!chunks.empty());
  const GenerationReply further = reply;
  reply.alternatives.push_back(further);
  check(!json::serialize(family.render(reply, context)).empty());
}

void try_body(const Family& family, const CatalogueModel& model, std::string_view text,
              bool stream) {
  const json::object body = parse_body_object(text);
  const GenerationRequest request = family.parse(body, model, stream);
  check(request.replies >= 1 && (request.replies == 1 || !stream));
  ReplyContext context;
  context.model = &model;
  context.model_id = model.id;
  context.body = &body;
  render_all(family, context);
}

void try_fields(const Family& family, std::string_view text) {
  GenerationRequest request;
  family.read_additional_fields(parse_body_object(text), request);
}

/// What is understood asks for images that can be made: of something, and in some size.
void try_image_body(const ImageFamily& family, const CatalogueModel& model, std::string_view text) {
  const ImageRequest request = family.parse(parse_body_object(text), model);
  check(request.count >= 1 && request.count <= 5);
  check(request.seed.value >= 0);
  check(request.width_px >= 0 && request.height_px >= 0);
  check(request.width_px > 0 || !request.images.empty());
  check(!request.mask || !request.images.empty());
  for (const WeightedPrompt& prompt : request.prompts) check(prompt.weight != 0);
  ImageReply reply;
  reply.images.assign(static_cast<std::size_t>(request.count), "image");
  reply.seeds.assign(reply.images.size(), request.seed.value);
  check(!json::serialize(family.render(reply)).empty());
}

/// A client's mistake is a client's error, or one that says what is not built.
template <class Attempt>
void refuse_or_take(Attempt attempt) {
  try {
    attempt();
  } catch (const bedplate::ApiError& refusal) {
    check((refusal.http_status >= 400 && refusal.http_status < 500) || refusal.http_status == 501);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::size_t kCount = std::size(kChoices);
  constexpr std::size_t kFirstImage = 256 - std::size(kImageChoices);
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] >= kFirstImage) {
    const Choice& choice = kImageChoices[data[0] - kFirstImage];
    const ImageFamily* family = find_image_family(choice.family);
    check(family != nullptr);
    const CatalogueModel model = guess_model(choice.model);
    refuse_or_take([&] { try_image_body(*family, model, body); });
    return 0;
  }
  const Choice& choice = kChoices[data[0] % kCount];
  const bool stream = data[0] / kCount % 2 == 1;
  const Family* family = find_family(choice.family);
  check(family != nullptr);
  const CatalogueModel model = guess_model(choice.model);
  refuse_or_take([&] { try_body(*family, model, body, stream); });
  refuse_or_take([&] { try_fields(*family, body); });
  return 0;
}
