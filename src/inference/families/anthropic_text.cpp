// Anthropic Text Completions: Claude 1 and 2, asked with "\n\nHuman: …\n\nAssistant:". Facts:
// recorded traffic. The same models take Messages bodies, too.
#include "base/api_error.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::string_view kVersion = "bedrock-2023-05-31";
constexpr std::string_view kHumanMark = "Human:";
constexpr std::string_view kAssistantMark = "Assistant:";
/// Where these models always stop; reported as the stop sequence of a reply that ended by itself.
constexpr std::string_view kHumanTurn = "\n\nHuman:";
constexpr std::int64_t kTokensMax = 8191;
constexpr std::int64_t kTopKMax = 500;
constexpr std::size_t kStopSequencesMax = 8191;

struct Turn {
  std::size_t at = 0;  ///< of the mark
  std::string_view mark;
};

/// A mark begins a turn at the text's beginning and behind an empty line. Recorded: the last
/// "Assistant:" may stand on the same line.
bool begins_turn(std::string_view text, std::size_t at, std::string_view mark) {
  const std::string_view before = text.substr(0, at);
  if (trimmed(before).empty() || before.ends_with("\n\n")) return true;
  return mark == kAssistantMark && trimmed(text.substr(at + mark.size())).empty();
}

std::vector<Turn> find_turns(std::string_view text) {
  std::vector<Turn> turns;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const std::string_view mark : {kHumanMark, kAssistantMark}) {
      if (text.substr(at).starts_with(mark) && begins_turn(text, at, mark)) {
        turns.push_back({at, mark});
      }
    }
  }
  return turns;
}

void check_turns(const std::vector<Turn>& turns) {
  std::string wrong;
  if (turns.empty() || turns.front().mark != kHumanMark) {
    wrong = "prompt must start with \"\n\nHuman:\" turn";
  }
  if (turns.empty() || turns.back().mark != kAssistantMark) {
    if (!wrong.empty()) wrong += ", ";
    wrong += "prompt must end with \"\n\nAssistant:\" turn";
  }
  if (!wrong.empty()) throw errors::validation("Invalid prompt: " + wrong);
}

void add_turn(Conversation& conversation, Role role, std::string_view text) {
  std::vector<Message>& messages = conversation.messages;
  if (!messages.empty() && messages.back().role == role) {
    messages.back().content.emplace_back(TextBlock{std::string(text)});
  } else {
    messages.push_back({role, {TextBlock{std::string(text)}}});
  }
}

/// The weights bound to the id have a template of their own, so the prompt is read as the dialogue
/// that it writes. What stands before the first turn is the system prompt; what stands behind the
/// last mark begins the reply.
Conversation read_dialogue(std::string_view text) {
  const std::vector<Turn> turns = find_turns(text);
  check_turns(turns);
  Conversation conversation;
  if (const auto system = trimmed(text.substr(0, turns.front().at)); !system.empty()) {
    conversation.system.emplace_back(TextBlock{std::string(system)});
  }
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const std::size_t begin = turns[i].at + turns[i].mark.size();
    const std::size_t end = i + 1 < turns.size() ? turns[i + 1].at : text.size();
    const std::string_view said = trimmed(text.substr(begin, end - begin));
    const Role role = turns[i].mark == kHumanMark ? Role::kUser : Role::kAssistant;
    if (role == Role::kUser || !said.empty()) add_turn(conversation, role, said);
  }
  return conversation;
}

struct Ending {
  json::value reason;
  json::value stop;
};

Ending ending(const GenerationEnd& end) {
  if (is_cut_off(end.reason)) return {"max_tokens", nullptr};
  return {"stop_sequence",
          end.stop_sequence.empty() ? json::string(kHumanTurn) : json::string(end.stop_sequence)};
}

class CompletionChunks final : public ChunkRenderer {
 public:
  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (const auto* delta = std::get_if<TextDelta>(&event)) {
      chunks.push_back({{"completion", delta->text}, {"stop_reason", nullptr}, {"stop", nullptr}});
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      Ending last = ending(*end);
      chunks.push_back({{"completion", ""},
                        {"stop_reason", std::move(last.reason)},
                        {"stop", std::move(last.stop)}});
    }
  }
};

bool is_messages_body(const ReplyContext& context) {
  return context.body != nullptr && context.body->contains("messages");
}

std::string bare_model_name(std::string_view id) {
  if (id.find("instant") != std::string_view::npos) return "claude-instant-1.2";
  if (id.find("v2:1") != std::string_view::npos) return "claude-2.1";
  return id.find("v2") != std::string_view::npos ? "claude-2.0" : "claude-1.3";
}

/// Recorded: these models' messages have another name than the later ones', Instant's another id.
void rename_message(json::object& message, const ReplyContext& context) {
  const bool instant = context.model_id.find("instant") != std::string::npos;
  if (instant) message["id"] = "compl_01" + random_base62(22);
  message["model"] = bare_model_name(context.model_id);
}

class MessagesChunks final : public ChunkRenderer {
 public:
  explicit MessagesChunks(const ReplyContext& context)
      : context_(context), chunks_(anthropic_messages().chunk_renderer(context)) {}

  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    const std::size_t before = chunks.size();
    chunks_->render(event, chunks);
    for (std::size_t i = before; i < chunks.size(); ++i) {
      json::value* message = chunks[i].if_contains("message");
      if (message != nullptr && message->is_object()) {
        rename_message(message->as_object(), context_);
      }
    }
  }

 private:
  ReplyContext context_;
  std::unique_ptr<ChunkRenderer> chunks_;
};

class AnthropicText final : public Family {
 public:
  SamplingParameters defaults() const override {
    SamplingParameters sampling;
    sampling.temperature = 1.0;
    sampling.top_p = 1.0;
    sampling.top_k = 250;
    return sampling;
  }

  GenerationRequest parse(const json::object& body, const CatalogueModel& model,
                          bool stream) const override;

  void read_additional_fields(const json::object& fields,
                              GenerationRequest& request) const override {
    BodyViolations violations;
    BodyReader reader(fields, "#", violations);
    if (const auto value = reader.integer("top_k", 0, kTopKMax)) request.sampling.top_k = value;
    reader.refuse_extraneous();
    violations.throw_if_any(kModelErrorPrefix);
  }

  json::object render(const GenerationReply& reply, const ReplyContext& context) const override {
    if (is_messages_body(context)) {
      json::object message = anthropic_messages().render(reply, context);
      rename_message(message, context);
      return message;
    }
    Ending last = ending(reply.end);
    return {{"type", "completion"},
            {"completion", reply.text()},
            {"stop_reason", std::move(last.reason)},
            {"stop", std::move(last.stop)}};
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext& context) const override {
    if (is_messages_body(context)) return std::make_unique<MessagesChunks>(context);
    return std::make_unique<CompletionChunks>();
  }
};

GenerationRequest AnthropicText::parse(const json::object& body, const CatalogueModel& model,
                                       bool stream) const {
  if (body.contains("messages")) return anthropic_messages().parse(body, model, stream);
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  reader.require("prompt");
  reader.require("max_tokens_to_sample");
  const auto prompt = reader.filled_string("prompt");
  GenerationRequest request;
  request.sampling = defaults();
  SamplingParameters& sampling = request.sampling;
  const std::int64_t most = model.max_output_tokens > 0 ? model.max_output_tokens : kTokensMax;
  sampling.max_tokens = reader.integer("max_tokens_to_sample", 1, most);
  if (const auto value = reader.number("temperature", 0, 1)) sampling.temperature = value;
  if (const auto value = reader.number("top_p", 0, 1)) sampling.top_p = value;
  if (const auto value = reader.integer("top_k", 0, kTopKMax)) sampling.top_k = value;
  sampling.stop_sequences = reader.filled_strings("stop_sequences", kStopSequencesMax);
  reader.one_of("anthropic_version", {kVersion});
  reader.refuse_extraneous();
  violations.throw_if_any();
  sampling.stop_sequences.emplace_back(kHumanTurn);
  request.prompt = read_dialogue(*prompt);
  return request;
}

}  // namespace

const Family& anthropic_text() {
  static const AnthropicText family;
  return family;
}

}  // namespace bedplate::inference
