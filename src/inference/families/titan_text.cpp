// Amazon Titan Text. Facts: AWS's guide, page model-parameters-titan-text, and recorded traffic.
#include <fmt/format.h>

#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "base/text.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kTokensDefault = 512;
constexpr std::int64_t kTokensMax = 8192;
constexpr std::size_t kInputCharactersMax = 42'000;
constexpr std::string_view kUserMark = "User:";
constexpr std::string_view kBotMark = "Bot:";

const char* completion_reason(StopReason reason) {
  const bool cut = reason == StopReason::kMaxTokens || reason == StopReason::kContextWindowExceeded;
  return cut ? "LENGTH" : "FINISH";
}

/// Titan accepts `|`, `||`, … and `User:` only: ^(\|+|User:)$
bool is_allowed_stop(std::string_view stop) {
  return stop == kUserMark ||
         (!stop.empty() && stop.find_first_not_of('|') == std::string_view::npos);
}

Message message(Role role, std::string_view text) {
  return {role, {TextBlock{std::string(trimmed(text))}}};
}

/// Titan's way to write a dialogue is "User: …\nBot: …\nUser: …\nBot:". What stands before the
/// first mark is instruction. Any other text is one user turn.
Conversation read_dialogue(const std::string& text) {
  Conversation conversation;
  std::vector<std::pair<std::size_t, Role>> marks;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at)) {
    if (text[at] == '\n') ++at;
    const std::string_view rest = std::string_view(text).substr(at);
    if (rest.starts_with(kUserMark)) marks.emplace_back(at, Role::kUser);
    if (rest.starts_with(kBotMark)) marks.emplace_back(at, Role::kAssistant);
  }
  if (marks.empty() || marks.front().second != Role::kUser) {
    conversation.messages.push_back(message(Role::kUser, text));
    return conversation;
  }
  const std::string_view all = text;
  if (const auto before = trimmed(all.substr(0, marks.front().first)); !before.empty()) {
    conversation.system.emplace_back(TextBlock{std::string(before)});
  }
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const auto [at, role] = marks[i];
    const std::size_t begin = at + (role == Role::kUser ? kUserMark : kBotMark).size();
    const std::size_t end = i + 1 < marks.size() ? marks[i + 1].first : all.size();
    const std::string_view turn = trimmed(all.substr(begin, end - begin));
    const bool open_bot = role == Role::kAssistant && turn.empty() && i + 1 == marks.size();
    if (!open_bot) conversation.messages.push_back(message(role, turn));
  }
  return conversation;
}

class TitanChunks final : public ChunkRenderer {
 public:
  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (const auto* start = std::get_if<GenerationStart>(&event)) {
      if (start->input_tokens) input_tokens_ = *start->input_tokens;
    } else if (const auto* delta = std::get_if<TextDelta>(&event)) {
      chunks.push_back({{"outputText", delta->text},
                        {"index", 0},
                        {"totalOutputTextTokenCount", nullptr},
                        {"completionReason", nullptr},
                        {"inputTextTokenCount", first_ ? input_tokens_ : json::value(nullptr)}});
      first_ = false;
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      chunks.push_back({{"outputText", ""},
                        {"index", 0},
                        {"totalOutputTextTokenCount", end->usage.output_tokens},
                        {"completionReason", completion_reason(end->reason)},
                        {"inputTextTokenCount", end->usage.input_tokens}});
    }
  }

 private:
  json::value input_tokens_;
  bool first_ = true;
};

void read_config(const json::object& object, const CatalogueModel& model,
                 SamplingParameters& sampling, BodyViolations& violations) {
  BodyReader config(object, "#/textGenerationConfig", violations);
  const std::int64_t max = model.max_output_tokens > 0 ? model.max_output_tokens : kTokensMax;
  if (const auto value = config.integer("maxTokenCount", 0, max)) sampling.max_tokens = value;
  if (const auto value = config.number("temperature", 0, 1)) sampling.temperature = value;
  if (const auto value = config.number("topP", 0, 1)) sampling.top_p = value;
  sampling.stop_sequences = config.strings("stopSequences", 16);
  for (std::size_t i = 0; i < sampling.stop_sequences.size(); ++i) {
    if (!is_allowed_stop(sampling.stop_sequences[i])) {
      violations.add(fmt::format("#/textGenerationConfig/stopSequences/{}", i),
                     fmt::format("string [{}] does not match pattern ^(\\|+|User:)$",
                                 sampling.stop_sequences[i]));
    }
  }
  config.refuse_extraneous();
}

class TitanText final : public Family {
 public:
  SamplingParameters defaults() const override {
    SamplingParameters sampling;
    sampling.temperature = 0.7;
    sampling.top_p = 0.9;
    return sampling;
  }

  GenerationRequest parse(const json::object& body, const CatalogueModel& model,
                          bool) const override {
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    reader.require("inputText");
    GenerationRequest request;
    request.sampling = defaults();
    request.sampling.max_tokens = kTokensDefault;
    const auto text = reader.string("inputText");
    if (text && text->empty()) {
      violations.add("#/inputText", "expected minLength: 1, actual: 0");
    } else if (text && count_characters(*text) > kInputCharactersMax) {
      violations.add("#/inputText", fmt::format("expected maxLength: {}, actual: {}",
                                                kInputCharactersMax, count_characters(*text)));
    }
    if (const json::object* config = reader.object("textGenerationConfig")) {
      read_config(*config, model, request.sampling, violations);
    }
    reader.refuse_extraneous();
    violations.throw_if_any();
    request.prompt = read_dialogue(*text);
    return request;
  }

  json::object render(const GenerationReply& reply, const ReplyContext&) const override {
    return {{"inputTextTokenCount", reply.end.usage.input_tokens},
            {"results", json::array{{{"tokenCount", reply.end.usage.output_tokens},
                                     {"outputText", reply.text()},
                                     {"completionReason", completion_reason(reply.end.reason)}}}}};
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext&) const override {
    return std::make_unique<TitanChunks>();
  }
};

}  // namespace

const Family& titan_text() {
  static const TitanText family;
  return family;
}

}  // namespace bedplate::inference
