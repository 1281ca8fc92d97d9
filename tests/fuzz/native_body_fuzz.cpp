// A native body of any family, and Converse's additional fields: whatever a client sends is
// understood or refused with a client's error, and a reply to what is understood can be rendered.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/family.hpp"

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
  const Choice& choice = kChoices[data[0] % kCount];
  const bool stream = data[0] / kCount % 2 == 1;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const Family* family = find_family(choice.family);
  check(family != nullptr);
  const CatalogueModel model = guess_model(choice.model);
  refuse_or_take([&] { try_body(*family, model, text, stream); });
  refuse_or_take([&] { try_fields(*family, text); });
  return 0;
}
