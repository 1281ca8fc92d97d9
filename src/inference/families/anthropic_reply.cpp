#include "inference/families/anthropic_reply.hpp"

#include "base/ids.hpp"
#include "inference/families/claude_version.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

const char* stop_reason_name(StopReason reason) {
  switch (reason) {
    case StopReason::kEndTurn:
      return "end_turn";
    case StopReason::kMaxTokens:
      return "max_tokens";
    case StopReason::kStopSequence:
      return "stop_sequence";
    case StopReason::kToolUse:
      return "tool_use";
    case StopReason::kContextWindowExceeded:
      return "model_context_window_exceeded";
  }
  return "end_turn";
}

std::string make_tool_use_id() {
  return "toolu_bdrk_01" + random_base62(22);
}

/// `by_time`: with the time for which what was written is kept, as recorded since Claude 4.5.
json::object usage_json(const Usage& usage, bool reports_caching, bool by_time) {
  json::object out{{"input_tokens", usage.input_tokens}};
  if (reports_caching) {
    out["cache_creation_input_tokens"] = usage.cache_write_input_tokens;
    out["cache_read_input_tokens"] = usage.cache_read_input_tokens;
  }
  if (reports_caching && by_time) {
    const std::int64_t hour = usage.cache_write_1h_input_tokens;
    out["cache_creation"] = {{"ephemeral_5m_input_tokens", usage.cache_write_input_tokens - hour},
                             {"ephemeral_1h_input_tokens", hour}};
  }
  out["output_tokens"] = usage.output_tokens;
  return out;
}

json::value stop_sequence_json(const GenerationEnd& end) {
  if (end.reason != StopReason::kStopSequence) return nullptr;
  return json::value(end.stop_sequence);
}

bool is_at_least(ClaudeVersion version, const ReplyContext& context) {
  return claude_version(context.model->id) >= version;
}

/// Recorded: 22 letters and digits behind "01", and since Opus 4.8 52 letters and digits of base32.
std::string make_message_id(const ReplyContext& context) {
  if (!is_at_least(kClaude48, context)) return "msg_bdrk_01" + random_base62(22);
  return "msg_bdrk_" + random_base32(52);
}

json::object message_json(const ReplyContext& context) {
  return {{"id", make_message_id(context)},
          {"type", "message"},
          {"role", "assistant"},
          {"model", bare_anthropic_name(context.model->id)},
          {"content", json::array{}},
          {"stop_reason", nullptr},
          {"stop_sequence", nullptr}};
}

/// A call that the token limit cut has no whole input.
json::value input_json(const std::string& text) {
  json::error_code malformed;
  json::value input = json::parse(text, malformed);
  if (malformed || !input.is_object()) return json::object();
  return input;
}

/// Anthropic's page "Citations": each unit has members of its own for the place.
json::object citation_json(const Citation& citation) {
  json::object out{{"cited_text", citation.text},
                   {"document_index", citation.document_index},
                   {"document_title", nullptr}};
  if (!citation.title.empty()) out["document_title"] = citation.title;
  switch (citation.unit) {
    case DocumentBlock::Unit::kCharacters:
      out["type"] = "char_location";
      out["start_char_index"] = citation.start;
      out["end_char_index"] = citation.end;
      break;
    case DocumentBlock::Unit::kPages:
      out["type"] = "page_location";
      out["start_page_number"] = citation.start;
      out["end_page_number"] = citation.end;
      break;
    case DocumentBlock::Unit::kChunks:
      out["type"] = "content_block_location";
      out["start_block_index"] = citation.start;
      out["end_block_index"] = citation.end;
      break;
  }
  return out;
}

json::object text_json(const TextBlock& block) {
  json::object out{{"type", "text"}, {"text", block.text}};
  if (block.citations.empty()) return out;
  json::array& citations = out["citations"].emplace_array();
  for (const Citation& citation : block.citations) citations.push_back(citation_json(citation));
  return out;
}

json::object block_json(const ContentBlock& block) {
  if (const auto* thought = std::get_if<ReasoningBlock>(&block)) {
    return {{"type", "thinking"}, {"thinking", thought->text}, {"signature", thought->signature}};
  }
  if (const auto* call = std::get_if<ToolUseBlock>(&block)) {
    return {{"type", "tool_use"},
            {"id", make_tool_use_id()},
            {"name", call->name},
            {"input", input_json(call->input)}};
  }
  const auto* text = std::get_if<TextBlock>(&block);
  return text_json(text ? *text : TextBlock{});
}

class AnthropicChunks final : public ChunkRenderer {
 public:
  explicit AnthropicChunks(ReplyContext context) : context_(std::move(context)) {}

  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (const auto* start = std::get_if<GenerationStart>(&event)) {
      begin(*start, chunks);
    } else if (const auto* text = std::get_if<TextDelta>(&event)) {
      add_text(*text, chunks);
    } else if (const auto* thought = std::get_if<ReasoningDelta>(&event)) {
      turn_to(Block::kThinking, {{"type", "thinking"}, {"thinking", ""}, {"signature", ""}},
              chunks);
      add_delta({{"type", "thinking_delta"}, {"thinking", thought->text}}, chunks);
    } else if (const auto* thinking_end = std::get_if<ReasoningEnd>(&event)) {
      turn_to(Block::kThinking, {{"type", "thinking"}, {"thinking", ""}, {"signature", ""}},
              chunks);
      add_delta({{"type", "signature_delta"}, {"signature", thinking_end->signature}}, chunks);
      end_block(chunks);
    } else if (const auto* call = std::get_if<ToolUseStart>(&event)) {
      turn_to(Block::kCall,
              {{"type", "tool_use"},
               {"id", make_tool_use_id()},
               {"name", call->name},
               {"input", json::object{}}},
              chunks);
      add_delta({{"type", "input_json_delta"}, {"partial_json", ""}}, chunks);
    } else if (const auto* input = std::get_if<ToolInputDelta>(&event)) {
      add_delta({{"type", "input_json_delta"}, {"partial_json", input->json}}, chunks);
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      finish(*end, chunks);
    }
  }

 private:
  enum class Block { kNone, kText, kThinking, kCall };

  void begin(const GenerationStart& start, std::vector<json::object>& chunks) {
    input_known_ = start.input_tokens.has_value();
    json::object message = message_json(context_);
    Usage usage;
    usage.input_tokens = start.input_tokens.value_or(0);
    usage.cache_read_input_tokens = start.cache_read_input_tokens;
    usage.cache_write_input_tokens = start.cache_write_input_tokens;
    usage.output_tokens = 1;
    message["usage"] = usage_json(usage, context_.reports_caching, false);
    chunks.push_back({{"type", "message_start"}, {"message", std::move(message)}});
  }

  /// Begins a block unless one of that kind is under way; each call has its own.
  void turn_to(Block kind, json::object content, std::vector<json::object>& chunks) {
    if (block_ == kind && kind != Block::kCall) return;
    end_block(chunks);
    block_ = kind;
    chunks.push_back({{"type", "content_block_start"},
                      {"index", index_},
                      {"content_block", std::move(content)}});
  }

  void add_text(const TextDelta& text, std::vector<json::object>& chunks) {
    json::object content{{"type", "text"}, {"text", ""}};
    if (!text.citations.empty()) {
      end_block(chunks);
      content["citations"] = json::array();
    }
    turn_to(Block::kText, std::move(content), chunks);
    for (const Citation& citation : text.citations) {
      add_delta({{"type", "citations_delta"}, {"citation", citation_json(citation)}}, chunks);
    }
    add_delta({{"type", "text_delta"}, {"text", text.text}}, chunks);
    if (!text.citations.empty()) end_block(chunks);
  }

  void end_block(std::vector<json::object>& chunks) {
    if (block_ == Block::kNone) return;
    chunks.push_back({{"type", "content_block_stop"}, {"index", index_}});
    block_ = Block::kNone;
    ++index_;
  }

  void add_delta(json::object delta, std::vector<json::object>& chunks) {
    chunks.push_back(
        {{"type", "content_block_delta"}, {"index", index_}, {"delta", std::move(delta)}});
  }

  void finish(const GenerationEnd& end, std::vector<json::object>& chunks) {
    end_block(chunks);
    json::object usage{{"output_tokens", end.usage.output_tokens}};
    if (!input_known_) usage["input_tokens"] = end.usage.input_tokens;
    chunks.push_back({{"type", "message_delta"},
                      {"delta",
                       {{"stop_reason", stop_reason_name(end.reason)},
                        {"stop_sequence", stop_sequence_json(end)}}},
                      {"usage", std::move(usage)}});
    chunks.push_back({{"type", "message_stop"}});
  }

  ReplyContext context_;
  bool input_known_ = true;
  Block block_ = Block::kNone;
  std::int64_t index_ = 0;
};

}  // namespace

json::object render_anthropic_message(const GenerationReply& reply, const ReplyContext& context) {
  json::object message = message_json(context);
  json::array& content = message["content"].as_array();
  for (const ContentBlock& block : reply.content) content.push_back(block_json(block));
  message["stop_reason"] = stop_reason_name(reply.end.reason);
  message["stop_sequence"] = stop_sequence_json(reply.end);
  const Usage& used = reply.end.usage;
  json::object usage = usage_json(used, context.reports_caching, is_at_least(kClaude45, context));
  if (is_at_least(kClaude48, context)) {
    message["stop_details"] = nullptr;  // of a refusal, which no engine here tells
    usage["service_tier"] = "standard";
    if (used.reasoning_tokens) {
      usage["output_tokens_details"].emplace_object()["thinking_tokens"] = *used.reasoning_tokens;
    }
  }
  message["usage"] = std::move(usage);
  return message;
}

std::unique_ptr<ChunkRenderer> make_anthropic_chunks(const ReplyContext& context) {
  return std::make_unique<AnthropicChunks>(context);
}

}  // namespace bedplate::inference
