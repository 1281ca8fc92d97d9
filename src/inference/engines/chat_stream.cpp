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

/// The members of a chunk that matter, whichever format it has. Texts point into the parsed JSON.
struct ReplyChunk {
  std::string_view text;
  bool has_choice = false;    ///< the model's turn has begun
  bool silent_token = false;  ///< reasoning, which is not part of the reply
  std::string_view finish_reason;
  std::string_view stop_sequence;
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
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

void read_choice(const json::object& object, const json::object& choice, ReplyChunk& chunk) {
  chunk.has_choice = true;
  chunk.text = text_in(choice, "text");  // /v1/completions
  if (const json::object* delta = object_in(choice, "delta")) {
    chunk.text = text_in(*delta, "content");
    chunk.silent_token =
        !text_in(*delta, "reasoning_content").empty() || !text_in(*delta, "reasoning").empty();
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
  }
  if (const json::object* progress = object_in(object, "prompt_progress")) {
    chunk.input_tokens = number_in(*progress, "total");
  }
}

void read_native(const json::object& object, ReplyChunk& chunk) {
  chunk.has_choice = true;
  chunk.text = text_in(object, "content");
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
  if (format_ != ReplyFormat::kNative && data == "[DONE]") {
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
  if (format_ == ReplyFormat::kNative) {
    read_native(*object, chunk);
  } else {
    read_openai(*object, chunk);
  }
  take_chunk(chunk, step);
  if (format_ == ReplyFormat::kNative && finished_) finish(step);
  return step;
}

void ChatStream::take_chunk(const ReplyChunk& chunk, StreamStep& step) {
  if (chunk.input_tokens) end_.usage.input_tokens = *chunk.input_tokens;
  if (chunk.output_tokens) end_.usage.output_tokens = *chunk.output_tokens;
  if (!started_ && chunk.has_choice) {
    started_ = true;
    step.start = GenerationStart{chunk.input_tokens};
  }
  step.token = chunk.silent_token || !chunk.text.empty();
  if (!chunk.text.empty()) step.text = characters_.take(chunk.text);
  if (chunk.finish_reason.empty()) return;
  if (chunk.finish_reason == "abort" || chunk.finish_reason == "error") {
    throw nonsense("The engine gave the reply up.");
  }
  finished_ = true;
  step.text += characters_.finish();
  limit_reached_ = chunk.finish_reason == "length";
  if (!limit_reached_ && !chunk.stop_sequence.empty()) {
    end_.reason = StopReason::kStopSequence;
    end_.stop_sequence = chunk.stop_sequence;
  }
}

void ChatStream::finish(StreamStep& step) {
  if (limit_reached_) {
    const bool asked_for = max_tokens_ && end_.usage.output_tokens >= *max_tokens_;
    end_.reason = asked_for ? StopReason::kMaxTokens : StopReason::kContextWindowExceeded;
    // A server that does not count cannot tell the one from the other.
    if (max_tokens_ && end_.usage.output_tokens == 0) end_.reason = StopReason::kMaxTokens;
  }
  ended_ = true;
  step.end = std::move(end_);
}

}  // namespace bedplate::inference
