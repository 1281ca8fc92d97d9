#include "inference/engines/chat_request.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "inference/engine.hpp"
#include "inference/engines/chat_messages.hpp"
#include "inference/engines/tool_prompt.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

bool ends_with_prefill(const Conversation& conversation) {
  return !conversation.messages.empty() && conversation.messages.back().role == Role::kAssistant;
}

/// A reply held to a JSON schema, as every dialect takes it.
json::object json_reply(std::string_view schema) {
  boost::system::error_code malformed;
  json::value parsed = parse_nested(schema, malformed);
  if (malformed) {
    throw EngineError(EngineError::Kind::kInvalidRequest, "The reply's schema is not JSON.");
  }
  json::object definition{{"name", "reply"}, {"strict", true}};
  definition["schema"] = std::move(parsed);
  return {{"type", "json_schema"}, {"json_schema", std::move(definition)}};
}

bool must_call(const Conversation& conversation) {
  const ToolChoice::Kind kind = conversation.tool_choice.kind;
  return !conversation.tools.empty() &&
         (kind == ToolChoice::Kind::kAny || kind == ToolChoice::Kind::kTool);
}

ToolReply tool_reply(const Conversation& conversation, const ServerTraits& traits) {
  // llama-server's own "required" lets free text go before the call, without end.
  if (traits.dialect == Dialect::kLlamaCpp && must_call(conversation)) return ToolReply::kForced;
  const bool may_call =
      !conversation.tools.empty() && conversation.tool_choice.kind != ToolChoice::Kind::kNone;
  return may_call && !traits.template_takes_tools ? ToolReply::kTagged : ToolReply::kNative;
}

json::value tool_choice(const Conversation& conversation, ToolReply reply) {
  if (reply == ToolReply::kForced) return "none";  // the tools are shown; the grammar does the rest
  switch (conversation.tool_choice.kind) {
    case ToolChoice::Kind::kAuto:
      return "auto";
    case ToolChoice::Kind::kAny:
      return "required";
    case ToolChoice::Kind::kNone:
      return "none";
    case ToolChoice::Kind::kTool:
      break;
  }
  json::object function{{"name", conversation.tool_choice.name}};
  return json::object{{"type", "function"}, {"function", std::move(function)}};
}

void add_reasoning(json::object& body, const ReasoningParameters& reasoning, Dialect dialect) {
  // Bedrock's models reason only when asked to. Templates that know no such switch ignore it.
  if (dialect == Dialect::kGeneric) return;
  body["chat_template_kwargs"] = json::object{{"enable_thinking", reasoning.enabled}};
  if (!reasoning.effort.empty()) body["reasoning_effort"] = reasoning.effort;
  if (dialect == Dialect::kLlamaCpp && reasoning.enabled && reasoning.budget_tokens) {
    body["reasoning_budget_tokens"] = *reasoning.budget_tokens;
  }
}

/// The members that make the template's text: the same for generating and for counting.
json::object conversation_members(const Conversation& conversation,
                                  const ReasoningParameters& reasoning,
                                  const ServerTraits& traits) {
  if (!traits.reads_images && holds_images(conversation)) {
    throw EngineError(EngineError::Kind::kInvalidRequest,
                      "The weights that serve this model cannot read images.");
  }
  json::object body;
  if (traits.template_takes_tools || conversation.tools.empty()) {
    body["messages"] = chat_messages(conversation);
    if (!conversation.tools.empty()) body["tools"] = chat_tools(conversation.tools);
  } else {
    body["messages"] = chat_messages(with_tools_as_text(conversation));
  }
  // llama-server continues a last assistant message by itself; the others have to be told.
  if (traits.dialect != Dialect::kLlamaCpp && ends_with_prefill(conversation)) {
    body["continue_final_message"] = true;
    body["add_generation_prompt"] = false;
  }
  // A grammar that begins with the call leaves no room for thinking before it.
  const bool forced = tool_reply(conversation, traits) == ToolReply::kForced;
  add_reasoning(body, forced ? ReasoningParameters() : reasoning, traits.dialect);
  return body;
}

/// What holds the reply to a form: calls of tools, or a schema.
void add_reply_form(json::object& body, const Conversation& conversation,
                    const std::string& output_schema, ToolReply reply) {
  if (body.contains("tools")) {
    body["tool_choice"] = tool_choice(conversation, reply);
    if (!conversation.tool_choice.parallel) body["parallel_tool_calls"] = false;
  }
  if (reply == ToolReply::kForced) {
    body["response_format"] = json_reply(call_schema(conversation));
  } else if (!output_schema.empty()) {
    body["response_format"] = json_reply(output_schema);
  }
}

std::string_view prompt_text(const RawPrompt& prompt, const ServerTraits& traits) {
  std::string_view text = prompt.text;
  if (!traits.added_bos.empty() && text.starts_with(traits.added_bos)) {
    text.remove_prefix(traits.added_bos.size());
  }
  return text;
}

/// The reply's tokens with their log-probabilities.
void add_probabilities(json::object& body, ReplyFormat format) {
  switch (format) {
    case ReplyFormat::kChat:
      body["logprobs"] = true;
      break;
    case ReplyFormat::kCompletion:
      body["logprobs"] = 1;
      break;
    case ReplyFormat::kNative:
      body["n_probs"] = 1;
      body["post_sampling_probs"] = false;
      break;
  }
}

/// llama-server takes 32 bits, of which all ones mean "at random"; the others 63.
std::int64_t usable_seed(std::int64_t seed, Dialect dialect) {
  const auto bits = static_cast<std::uint64_t>(seed);
  if (dialect == Dialect::kLlamaCpp) return static_cast<std::int64_t>(bits % 0xFFFF'FFFFU);
  return static_cast<std::int64_t>(bits & 0x7FFF'FFFF'FFFF'FFFFU);
}

/// llama-server samples with filters of its own (top_k 40, min_p 0.05), and its penalties look at
/// the last 64 tokens only. The providers know no such filters, and penalise in the whole text.
void switch_own_samplers_off(json::object& body, const SamplingParameters& sampling,
                             std::int64_t context_tokens) {
  if (!sampling.top_k) body["top_k"] = 0;
  body["min_p"] = 0;
  const bool penalised =
      sampling.frequency_penalty.value_or(0) != 0 || sampling.presence_penalty.value_or(0) != 0;
  if (penalised && context_tokens > 0) body["repeat_last_n"] = context_tokens;
}

void add_sampling(json::object& body, const SamplingParameters& sampling,
                  const ServerTraits& traits, ReplyFormat format) {
  const Dialect dialect = traits.dialect;
  if (sampling.temperature) body["temperature"] = *sampling.temperature;
  if (sampling.top_p) body["top_p"] = *sampling.top_p;
  if (sampling.top_k) body["top_k"] = *sampling.top_k;
  if (dialect == Dialect::kLlamaCpp) {
    switch_own_samplers_off(body, sampling, traits.context_tokens);
  }
  if (sampling.max_tokens) {
    body[format == ReplyFormat::kNative ? "n_predict" : "max_tokens"] = *sampling.max_tokens;
  }
  json::array stop;
  for (const std::string& sequence : sampling.stop_sequences) {
    // llama-server takes an empty one for found at once.
    if (!sequence.empty()) stop.emplace_back(sequence);
  }
  if (!stop.empty()) body["stop"] = std::move(stop);
  if (sampling.seed) body["seed"] = usable_seed(*sampling.seed, dialect);
  if (sampling.frequency_penalty) body["frequency_penalty"] = *sampling.frequency_penalty;
  if (sampling.presence_penalty) body["presence_penalty"] = *sampling.presence_penalty;
}

void add_reporting(json::object& body, Dialect dialect, ReplyFormat format) {
  body["stream"] = true;
  if (format != ReplyFormat::kNative) {
    body["stream_options"] = json::object{{"include_usage", true}};
  }
  if (dialect == Dialect::kVllm) {
    // Counts in every chunk, so that the first one tells the prompt's.
    body["stream_options"].as_object()["continuous_usage_stats"] = true;
  }
  if (dialect == Dialect::kLlamaCpp) {
    body["return_progress"] = true;  // tells the prompt's tokens before the first of the reply
    body["cache_prompt"] = true;
    body["response_fields"] = {"stop", "stop_type", "stopping_word", "tokens_predicted",
                               "tokens_evaluated"};
    if (format == ReplyFormat::kChat) body["verbose"] = true;  // stopping_word, see above
  }
}

/// The text of the last turn, if it is one.
std::string last_text(const Conversation& conversation) {
  if (conversation.messages.empty() || conversation.messages.back().content.size() != 1) return {};
  const auto* text = std::get_if<TextBlock>(&conversation.messages.back().content.front());
  return text ? text->text : std::string();
}

}  // namespace

GenerationCall generation_call(const GenerationRequest& request, const ServerTraits& traits,
                               const std::string& model) {
  GenerationCall call;
  call.reply.max_tokens = request.sampling.max_tokens;
  json::object body;
  if (const auto* conversation = std::get_if<Conversation>(&request.prompt)) {
    call.path = "/v1/chat/completions";
    call.reply.tools = tool_reply(*conversation, traits);
    call.reply.parallel_calls = conversation->tool_choice.parallel;
    body = conversation_members(*conversation, request.reasoning, traits);
    if (request.prompt_probabilities && traits.dialect == Dialect::kLlamaCpp) {
      call.scoring = PromptScoring{json::serialize(body), last_text(*conversation)};
    }
    add_reply_form(body, *conversation, request.output_schema, call.reply.tools);
  } else {
    const bool native = traits.dialect == Dialect::kLlamaCpp;
    call.path = native ? "/completion" : "/v1/completions";
    call.reply.format = native ? ReplyFormat::kNative : ReplyFormat::kCompletion;
    body["prompt"] = prompt_text(std::get<RawPrompt>(request.prompt), traits);
  }
  if (!model.empty()) body["model"] = model;
  add_sampling(body, request.sampling, traits, call.reply.format);
  if (request.token_probabilities) add_probabilities(body, call.reply.format);
  add_reporting(body, traits.dialect, call.reply.format);
  if (traits.dialect == Dialect::kLlamaCpp && request.reasoning.enabled) {
    body["timings_per_token"] = true;  // counts, too: how many of the tokens were thinking
  }
  call.body = json::serialize(body);
  return call;
}

std::optional<CountingCall> counting_call(const GenerationRequest& request,
                                          const ServerTraits& traits, const std::string& model) {
  const auto* conversation = std::get_if<Conversation>(&request.prompt);
  json::object body;
  std::string path;
  if (traits.dialect == Dialect::kLlamaCpp && conversation) {
    path = "/v1/chat/completions/input_tokens";
    body = conversation_members(*conversation, request.reasoning, traits);
  } else if (traits.dialect == Dialect::kLlamaCpp) {
    path = "/tokenize";
    body["content"] = prompt_text(std::get<RawPrompt>(request.prompt), traits);
    body["add_special"] = true;
    body["parse_special"] = true;
  } else if (traits.dialect == Dialect::kVllm) {
    path = "/tokenize";
    if (conversation) {
      body = conversation_members(*conversation, request.reasoning, traits);
    } else {
      body["prompt"] = prompt_text(std::get<RawPrompt>(request.prompt), traits);
    }
  } else {
    return std::nullopt;
  }
  if (!model.empty()) body["model"] = model;
  return CountingCall{std::move(path), json::serialize(body)};
}

std::int64_t read_count(std::string_view body) {
  boost::system::error_code malformed;
  const json::value value = json::parse(body, malformed);
  if (const json::object* object = malformed ? nullptr : value.if_object()) {
    for (const std::string_view name : {"input_tokens", "count"}) {
      const json::value* count = object->if_contains(name);
      if (count && count->is_int64()) return count->as_int64();
    }
    const json::value* tokens = object->if_contains("tokens");
    if (tokens && tokens->is_array()) return static_cast<std::int64_t>(tokens->as_array().size());
  }
  throw EngineError(EngineError::Kind::kFailed, "The engine did not count the tokens.");
}

}  // namespace bedplate::inference
