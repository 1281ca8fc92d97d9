#include "inference/engines/chat_stream.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include "inference/engines/engine_errors.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

constexpr std::size_t kScratchBytes = 4'096;  ///< on the stack; an ordinary chunk fits

EngineError nonsense(const char* what) {
  return EngineError(EngineError::Kind::kFailed, what);
}

const json::object* object_in(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  return value ? value->if_object() : nullptr;
}

std::string_view text_in(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  return value && value->is_string() ? std::string_view(value->as_string()) : std::string_view();
}

std::optional<std::int64_t> number_in(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  if (!value || !value->is_int64()) return std::nullopt;
  return value->as_int64();
}

bool true_in(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  return value && value->is_bool() && value->as_bool();
}

}  // namespace

/// A piece of a tool call.
struct CallPiece {
  std::int64_t index = 0;
  std::string_view name;  ///< of a call that begins
  std::string_view arguments;
};

/// The members of a chunk that matter, whichever format it has. Texts point into the parsed JSON.
struct ReplyChunk {
  std::string_view text;
  std::string_view reasoning;
  std::vector<CallPiece> calls;
  std::vector<TokenProbability> tokens;
  bool has_choice = false;  ///< the model's turn has begun
  std::string_view finish_reason;
  std::string_view stop_sequence;
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::optional<std::int64_t> cached_tokens;     ///< of the input
  std::optional<std::int64_t> reasoning_tokens;  ///< of the output
  std::optional<std::int64_t> tokens_so_far;     ///< of the output, this chunk's included
};

namespace {

/// Which stop sequence ended the reply, as each dialect tells it: llama-server in `__verbose`,
/// vLLM in `stop_reason`, SGLang in `matched_stop`. The latter two may also hold a token's number.
std::string_view stop_sequence_of(const json::object& chunk, const json::object& choice) {
  if (const json::object* verbose = object_in(chunk, "__verbose")) {
    if (text_in(*verbose, "stop_type") == "word") return text_in(*verbose, "stopping_word");
  }
  const std::string_view reason = text_in(choice, "stop_reason");
  return reason.empty() ? text_in(choice, "matched_stop") : reason;
}

void read_calls(const json::object& delta, ReplyChunk& chunk) {
  const json::value* calls = delta.if_contains("tool_calls");
  if (!calls || !calls->is_array()) return;
  for (const json::value& item : calls->as_array()) {
    const json::object* call = item.if_object();
    const json::object* function = call ? object_in(*call, "function") : nullptr;
    if (!function) throw nonsense("The engine sent a tool call that is no function's.");
    chunk.calls.push_back({number_in(*call, "index").value_or(0), text_in(*function, "name"),
                           text_in(*function, "arguments")});
  }
}

double probability_in(const json::object& token, std::string_view name) {
  const json::value* value = token.if_contains(name);
  boost::system::error_code none;
  return value ? value->to_number<double>(none) : 0;
}

/// Of the chat format ("logprobs.content") and the native one ("completion_probabilities").
void read_tokens(const json::value* list, ReplyChunk& chunk) {
  if (!list || !list->is_array()) return;
  for (const json::value& item : list->as_array()) {
    if (const json::object* token = item.if_object()) {
      chunk.tokens.push_back(
          {std::string(text_in(*token, "token")), probability_in(*token, "logprob")});
    }
  }
}

/// Of /v1/completions: two lists of equal length.
void read_token_lists(const json::object& logprobs, ReplyChunk& chunk) {
  const json::value* texts = logprobs.if_contains("tokens");
  const json::value* numbers = logprobs.if_contains("token_logprobs");
  if (!texts || !texts->is_array() || !numbers || !numbers->is_array()) return;
  const std::size_t count = std::min(texts->as_array().size(), numbers->as_array().size());
  for (std::size_t i = 0; i < count; ++i) {
    const json::value& text = texts->as_array()[i];
    boost::system::error_code none;
    chunk.tokens.push_back({text.is_string() ? std::string(text.as_string()) : std::string(),
                            numbers->as_array()[i].to_number<double>(none)});
  }
}

void read_choice(const json::object& object, const json::object& choice, ReplyChunk& chunk) {
  chunk.has_choice = true;
  chunk.text = text_in(choice, "text");  // /v1/completions
  if (const json::object* delta = object_in(choice, "delta")) {
    chunk.text = text_in(*delta, "content");
    chunk.reasoning = text_in(*delta, "reasoning_content");
    if (chunk.reasoning.empty()) chunk.reasoning = text_in(*delta, "reasoning");
    read_calls(*delta, chunk);
  }
  if (const json::object* logprobs = object_in(choice, "logprobs")) {
    read_tokens(logprobs->if_contains("content"), chunk);
    read_token_lists(*logprobs, chunk);
  }
  chunk.finish_reason = text_in(choice, "finish_reason");
  if (!chunk.finish_reason.empty()) chunk.stop_sequence = stop_sequence_of(object, choice);
}

void read_openai(const json::object& object, ReplyChunk& chunk) {
  const json::value* choices = object.if_contains("choices");
  if (choices && choices->is_array() && !choices->as_array().empty()) {
    const json::object* choice = choices->as_array().front().if_object();
    if (!choice) throw nonsense("The engine sent a choice that is no object.");
    read_choice(object, *choice, chunk);
  }
  if (const json::object* usage = object_in(object, "usage")) {
    chunk.input_tokens = number_in(*usage, "prompt_tokens");
    chunk.output_tokens = number_in(*usage, "completion_tokens");
    if (const json::object* details = object_in(*usage, "prompt_tokens_details")) {
      chunk.cached_tokens = number_in(*details, "cached_tokens");
    }
    if (const json::object* details = object_in(*usage, "completion_tokens_details")) {
      chunk.reasoning_tokens = number_in(*details, "reasoning_tokens");
    }
  }
  if (const json::object* timings = object_in(object, "timings")) {  // llama-server
    chunk.tokens_so_far = number_in(*timings, "predicted_n");
  }
  if (const json::object* progress = object_in(object, "prompt_progress")) {
    chunk.input_tokens = number_in(*progress, "total");
    chunk.cached_tokens = number_in(*progress, "cache");
  }
}

void read_native(const json::object& object, ReplyChunk& chunk) {
  chunk.has_choice = true;
  chunk.text = text_in(object, "content");
  read_tokens(object.if_contains("completion_probabilities"), chunk);
  chunk.input_tokens = number_in(object, "tokens_evaluated");
  if (!true_in(object, "stop")) return;
  chunk.output_tokens = number_in(object, "tokens_predicted");
  const std::string_view type = text_in(object, "stop_type");
  chunk.finish_reason = type == "limit" ? "length" : "stop";
  if (type == "word") chunk.stop_sequence = text_in(object, "stopping_word");
}

}  // namespace

StreamStep ChatStream::take(std::string_view data) {
  if (ended_) throw nonsense("The engine went on after the end of its reply.");
  StreamStep step;
  if (shape_.format != ReplyFormat::kNative && data == "[DONE]") {
    if (!finished_) throw nonsense("The engine's reply broke off.");
    finish(step);
    return step;
  }
  unsigned char scratch[kScratchBytes];
  json::monotonic_resource memory(scratch);
  json::parse_options options;
  options.allow_invalid_utf8 = true;  // characters_ puts them right
  boost::system::error_code malformed;
  const json::value value = json::parse(data, malformed, &memory, options);
  const json::object* object = malformed ? nullptr : value.if_object();
  if (!object) throw nonsense("The engine sent an event that is no JSON object.");
  if (const json::value* error = object->if_contains("error"); error && !error->is_null()) {
    throw error_from_event(*error);
  }
  ReplyChunk chunk;
  if (shape_.format == ReplyFormat::kNative) {
    read_native(*object, chunk);
  } else {
    read_openai(*object, chunk);
  }
  take_chunk(chunk, step);
  note_calls(step);
  if (shape_.format == ReplyFormat::kNative && finished_) finish(step);
  return step;
}

void ChatStream::take_chunk(ReplyChunk& chunk, StreamStep& step) {
  if (chunk.input_tokens) end_.usage.input_tokens = *chunk.input_tokens;
  if (chunk.cached_tokens) end_.usage.cache_read_input_tokens = *chunk.cached_tokens;
  if (chunk.output_tokens) end_.usage.output_tokens = *chunk.output_tokens;
  if (chunk.reasoning_tokens) {
    end_.usage.reasoning_tokens = chunk.reasoning_tokens;
  } else if (!chunk.reasoning.empty() && chunk.tokens_so_far) {
    end_.usage.reasoning_tokens = chunk.tokens_so_far;  // the model thinks first
  }
  if (!started_ && chunk.has_choice) {
    started_ = true;
    step.events.emplace_back(
        GenerationStart{chunk.input_tokens, end_.usage.cache_read_input_tokens});
  }
  step.token = !chunk.text.empty() || !chunk.reasoning.empty() || !chunk.calls.empty();
  if (!chunk.reasoning.empty()) {
    std::string text = thoughts_.take(chunk.reasoning);
    if (!text.empty()) step.events.emplace_back(ReasoningDelta{std::move(text)});
  }
  if (!chunk.text.empty()) {
    const std::size_t before = step.events.size();
    calls_.take(characters_.take(chunk.text), step.events);
    if (step.events.size() > before) {
      if (auto* delta = std::get_if<TextDelta>(&step.events.back())) {
        delta->tokens = std::move(chunk.tokens);
      }
    }
  }
  take_call(chunk, step);
  if (chunk.finish_reason.empty()) return;
  if (chunk.finish_reason == "abort" || chunk.finish_reason == "error") {
    throw nonsense("The engine gave the reply up.");
  }
  finished_ = true;
  finish_content(step);
  limit_reached_ = chunk.finish_reason == "length";
  if (!limit_reached_ && !chunk.stop_sequence.empty()) {
    end_.reason = StopReason::kStopSequence;
    end_.stop_sequence = chunk.stop_sequence;
  }
}

/// Leaves out what comes after the first call when the request wants one at most: not every server
/// knows how to hold its model to that.
void ChatStream::note_calls(StreamStep& step) {
  std::erase_if(step.events, [this](const GenerationEvent& event) {
    if (std::holds_alternative<ToolUseStart>(event)) {
      skipping_call_ = called_ && !shape_.parallel_calls;
      called_ = true;
      return skipping_call_;
    }
    return skipping_call_ && std::holds_alternative<ToolInputDelta>(event);
  });
}

void ChatStream::take_call(const ReplyChunk& chunk, StreamStep& step) {
  for (const CallPiece& piece : chunk.calls) {
    if (piece.index != call_index_) {
      if (piece.name.empty()) throw nonsense("The engine sent a tool call without a name.");
      call_index_ = piece.index;
      step.events.emplace_back(ToolUseStart{std::string(piece.name)});
    }
    if (!piece.arguments.empty()) {
      step.events.emplace_back(ToolInputDelta{std::string(piece.arguments)});
    }
  }
}

void ChatStream::finish_content(StreamStep& step) {
  std::string thought = thoughts_.finish();
  if (!thought.empty()) step.events.emplace_back(ReasoningDelta{std::move(thought)});
  calls_.take(characters_.finish(), step.events);
  calls_.finish(step.events);
}

void ChatStream::finish(StreamStep& step) {
  if (limit_reached_) {
    const auto asked = shape_.max_tokens;
    const bool asked_for = asked && end_.usage.output_tokens >= *asked;
    end_.reason = asked_for ? StopReason::kMaxTokens : StopReason::kContextWindowExceeded;
    // A server that does not count cannot tell the one from the other.
    if (asked && end_.usage.output_tokens == 0) end_.reason = StopReason::kMaxTokens;
  } else if (called_ && end_.reason == StopReason::kEndTurn) {
    end_.reason = StopReason::kToolUse;
  }
  ended_ = true;
  step.events.emplace_back(std::move(end_));
}

}  // namespace bedplate::inference
