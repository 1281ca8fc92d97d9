// AI21 Jamba: chat in OpenAI's shape. Facts: AWS's guide, page model-parameters-jamba, AI21's chat
// API, a recorded reply, and stream chunks that programs quote.
#include <chrono>

#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "inference/families/chat_deltas.hpp"
#include "inference/families/families.hpp"
#include "inference/families/openai_messages.hpp"
#include "inference/families/openai_reply.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kTokensMax = 4096;
constexpr std::int64_t kAnswersMax = 16;
constexpr std::size_t kStopSequencesMax = 16;
constexpr OpenAiRules kRules{.tools_max = SIZE_MAX, .plain = true};

std::string new_stream_id() {
  return "chat-" + hex_encode(random_bytes(16));
}

/// AI21's own name of a model: jamba-1.5-mini for ai21.jamba-1-5-mini-v1:0.
std::string own_name(std::string_view id) {
  std::string name(id.substr(id.find('.') + 1));
  name.erase(std::min(name.find("-v1"), name.size()));
  if (const std::size_t at = name.find("1-5"); at != std::string::npos) name[at + 1] = '.';
  return name;
}

json::object choice_json(const GenerationReply& reply, int index) {
  json::object message{{"role", "assistant"}, {"content", reply.text()}};
  json::array calls = openai_tool_calls(reply, new_openai_call_id);
  message["tool_calls"] = calls.empty() ? json::value(nullptr) : json::value(std::move(calls));
  json::object choice{{"index", index}};
  choice["message"] = std::move(message);
  choice["finish_reason"] = openai_finish_reason(reply.end.reason);
  return choice;
}

json::object meta(std::int64_t elapsed_ms) {
  return {{"requestDurationMillis", elapsed_ms}};
}

class JambaChunks final : public ChunkRenderer {
 public:
  explicit JambaChunks(const ReplyContext& context) : elapsed_ms_(context.elapsed_ms) {}

  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (std::holds_alternative<GenerationStart>(event)) {
      chunks.push_back(chunk({{"role", "assistant"}}, nullptr));
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      json::object last;
      last["content"] = "";
      chunks.push_back(chunk(std::move(last), openai_finish_reason(end->reason)));
      chunks.back()["usage"] = openai_usage(end->usage);
      const auto passed = std::chrono::steady_clock::now() - begun_;
      chunks.back()["meta"] =
          meta(elapsed_ms_ + std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
    } else if (auto delta = deltas_.delta(event)) {
      chunks.push_back(chunk(std::move(*delta), nullptr));
    }
  }

 private:
  json::object chunk(json::object delta, json::value finish) {
    json::object choice{{"index", 0}};
    choice["delta"] = std::move(delta);
    choice["finish_reason"] = std::move(finish);
    json::array choices;
    choices.push_back(std::move(choice));
    json::object out{{"id", id_}};
    out["choices"] = std::move(choices);
    return out;
  }

  std::string id_ = new_stream_id();
  std::int64_t elapsed_ms_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  ChatDeltas deltas_;
};

/// `{"type": "text"}` or `{"type": "json_object"}`.
std::string read_plain_format(BodyReader& body) {
  const json::object* format = body.object("response_format");
  if (format == nullptr) return {};
  BodyReader reader(*format, body.pointer_to("response_format"), body.violations());
  reader.require("type");
  const bool object = reader.one_of("type", {"text", "json_object"}) == "json_object";
  reader.refuse_extraneous();
  return object ? R"({"type":"object"})" : "";
}

class Jamba final : public Family {
 public:
  SamplingParameters defaults() const override {
    SamplingParameters sampling;
    sampling.temperature = 1.0;
    sampling.top_p = 1.0;
    sampling.max_tokens = kTokensMax;
    return sampling;
  }

  GenerationRequest parse(const json::object& body, const CatalogueModel&,
                          bool stream) const override;

  void read_additional_fields(const json::object& fields,
                              GenerationRequest& request) const override {
    BodyViolations violations;
    BodyReader reader(fields, "#", violations);
    read_openai_penalties(reader, request.sampling);
    reader.refuse_extraneous();
    violations.throw_if_any(kModelErrorPrefix);
  }

  json::object render(const GenerationReply& reply, const ReplyContext& context) const override {
    json::array choices;
    choices.push_back(choice_json(reply, 0));
    for (const GenerationReply& further : reply.alternatives) {
      choices.push_back(choice_json(further, static_cast<int>(choices.size())));
    }
    json::object out{{"id", "chatcmpl-" + random_uuid()}};
    out["choices"] = std::move(choices);
    out["usage"] = openai_usage(reply.end.usage);
    out["meta"] = meta(context.elapsed_ms);
    out["model"] = own_name(context.model->id);
    return out;
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext& context) const override {
    return std::make_unique<JambaChunks>(context);
  }
};

GenerationRequest Jamba::parse(const json::object& body, const CatalogueModel&, bool stream) const {
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  GenerationRequest request;
  request.sampling = defaults();
  SamplingParameters& sampling = request.sampling;
  Conversation conversation;
  read_openai_messages(reader, kRules, conversation);
  read_openai_tool_list(reader, kRules, conversation);
  if (const auto value = reader.integer("max_tokens", 1, kTokensMax)) sampling.max_tokens = value;
  if (const auto value = reader.number("temperature", 0, 2)) sampling.temperature = value;
  if (const auto value = reader.number("top_p", 0, 1)) sampling.top_p = value;
  read_openai_penalties(reader, sampling);
  read_openai_stop(reader, kStopSequencesMax, sampling);
  request.output_schema = read_plain_format(reader);
  const auto answers = reader.integer("n", 1, kAnswersMax).value_or(1);
  reader.refuse_extraneous();
  violations.throw_if_any();
  if (answers > 1 && stream) throw errors::validation("n: must be 1 for streaming responses.");
  if (answers > 1 && sampling.temperature == 0.0) {
    throw errors::validation("n: must be 1 at temperature 0, which makes all answers the same.");
  }
  request.replies = static_cast<int>(answers);
  request.prompt = std::move(conversation);
  return request;
}

}  // namespace

const Family& ai21_jamba() {
  static const Jamba family;
  return family;
}

}  // namespace bedplate::inference
