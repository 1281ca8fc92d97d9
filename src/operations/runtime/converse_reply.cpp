#include "operations/runtime/converse_reply.hpp"

#include "base/api_error.hpp"
#include "base/ids.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;
using inference::CatalogueModel;

constexpr std::string_view kAnthropic = "Anthropic";

/// A call that the token limit cut has no whole input: what there is of it, is nothing.
json::value input_of(const std::string& text) {
  json::error_code malformed;
  json::value input = json::parse(text, malformed);
  if (malformed || !input.is_object()) return json::object();
  return input;
}

template <class Place>
Place place_of(const inference::Citation& citation) {
  Place place;
  place.documentIndex = static_cast<std::int32_t>(citation.document_index);
  place.start = static_cast<std::int32_t>(citation.start);
  place.end = static_cast<std::int32_t>(citation.end);
  return place;
}

api::runtime::CitationLocation location_of(const inference::Citation& citation) {
  api::runtime::CitationLocation location;
  switch (citation.unit) {
    case inference::DocumentBlock::Unit::kCharacters:
      location.documentChar = place_of<api::runtime::DocumentCharLocation>(citation);
      break;
    case inference::DocumentBlock::Unit::kPages:
      location.documentPage = place_of<api::runtime::DocumentPageLocation>(citation);
      break;
    case inference::DocumentBlock::Unit::kChunks:
      location.documentChunk = place_of<api::runtime::DocumentChunkLocation>(citation);
      break;
  }
  return location;
}

/// `Out` is Citation or its like in streams; the parts of the latter's source are `Part`s.
template <class Out, class Part>
Out converse_citation(inference::Citation citation) {
  Out out;
  out.location = location_of(citation);
  out.title = std::move(citation.title);
  Part part;
  part.text = std::move(citation.text);
  out.sourceContent.emplace().push_back(std::move(part));
  return out;
}

void write_text(inference::TextBlock in, api::runtime::ContentBlock& out) {
  if (in.citations.empty()) {
    out.text = std::move(in.text);
    return;
  }
  auto& cited = out.citationsContent.emplace();
  cited.content.emplace().emplace_back().text = std::move(in.text);
  auto& citations = cited.citations.emplace();
  for (inference::Citation& citation : in.citations) {
    citations.push_back(
        converse_citation<api::runtime::Citation, api::runtime::CitationSourceContent>(
            std::move(citation)));
  }
}

api::runtime::ContentBlock content_block(inference::ContentBlock in, const CatalogueModel& model) {
  api::runtime::ContentBlock out;
  if (auto* text = std::get_if<inference::TextBlock>(&in)) {
    write_text(std::move(*text), out);
  } else if (auto* thought = std::get_if<inference::ReasoningBlock>(&in)) {
    auto& reasoning = out.reasoningContent.emplace().reasoningText.emplace();
    reasoning.text = std::move(thought->text);
    if (!thought->signature.empty()) reasoning.signature = std::move(thought->signature);
  } else if (auto* call = std::get_if<inference::ToolUseBlock>(&in)) {
    auto& use = out.toolUse.emplace();
    use.toolUseId = random_tool_use_id();
    use.name = std::move(call->name);
    use.input = input_of(call->input);
    if (names_tool_use_type(model)) use.type = "tool_use";
  }
  return out;
}

/// Puts `value` at the place that a JSON pointer names, making the objects on the way.
void place(json::object& root, std::string_view pointer, const json::value& value) {
  json::object* at = &root;
  while (true) {
    pointer.remove_prefix(1);
    const std::size_t slash = pointer.find('/');
    const std::string_view key = pointer.substr(0, slash);
    if (slash == std::string_view::npos) {
      (*at)[key] = value;
      return;
    }
    json::value& next = (*at)[key];
    if (!next.is_object()) next.emplace_object();
    at = &next.get_object();
    pointer.remove_prefix(slash);
  }
}

}  // namespace

namespace {

/// Recorded of Claude in 2026: what was written to the cache, by the time it is kept.
std::vector<api::runtime::CacheDetail> cache_details(const inference::Usage& usage) {
  const std::int64_t hour = usage.cache_write_1h_input_tokens;
  const std::int64_t minutes = usage.cache_write_input_tokens - hour;
  std::vector<api::runtime::CacheDetail> details;
  if (hour > 0) details.push_back({"1h", static_cast<std::int32_t>(hour)});
  if (minutes > 0) details.push_back({"5m", static_cast<std::int32_t>(minutes)});
  return details;
}

}  // namespace

bool names_tool_use_type(const CatalogueModel& model) {
  return model.provider == kAnthropic || model.id.starts_with("amazon.nova-2-");
}

bool names_cache_writes_if_any(const CatalogueModel& model) {
  return model.id == "anthropic.claude-opus-4-8" || model.id == "anthropic.claude-sonnet-5";
}

api::runtime::Message converse_message(inference::GenerationReply reply,
                                       const CatalogueModel& model) {
  api::runtime::Message message;
  message.role = "assistant";
  for (inference::ContentBlock& block : reply.content) {
    message.content.push_back(content_block(std::move(block), model));
  }
  return message;
}

api::runtime::CitationsDelta converse_citation_delta(inference::Citation citation) {
  return converse_citation<api::runtime::CitationsDelta, api::runtime::CitationSourceContentDelta>(
      std::move(citation));
}

const char* converse_stop_reason(inference::StopReason reason) {
  switch (reason) {
    case inference::StopReason::kEndTurn:
      return "end_turn";
    case inference::StopReason::kMaxTokens:
      return "max_tokens";
    case inference::StopReason::kStopSequence:
      return "stop_sequence";
    case inference::StopReason::kToolUse:
      return "tool_use";
    case inference::StopReason::kContextWindowExceeded:
      return "model_context_window_exceeded";
  }
  return "end_turn";
}

api::runtime::TokenUsage converse_usage(const inference::Usage& usage, const CatalogueModel& model,
                                        bool streaming) {
  api::runtime::TokenUsage out;
  out.inputTokens = static_cast<std::int32_t>(usage.input_tokens);
  out.outputTokens = static_cast<std::int32_t>(usage.output_tokens);
  const auto read = static_cast<std::int32_t>(usage.cache_read_input_tokens);
  const auto written = static_cast<std::int32_t>(usage.cache_write_input_tokens);
  out.totalTokens = out.inputTokens + out.outputTokens + read + written;
  out.serverToolUsage = json::object();  // recorded since 2025-10, of every model
  // Recorded: without cache use, Claude's whole replies say 0; others and streams say nothing.
  const bool used = read > 0 || written > 0;
  if (used || (model.provider == kAnthropic && model.features.prompt_caching && !streaming)) {
    // AWS sends each count under both names.
    out.cacheReadInputTokens = out.cacheReadInputTokenCount = read;
    if (used || !names_cache_writes_if_any(model)) {
      out.cacheWriteInputTokens = out.cacheWriteInputTokenCount = written;
    }
    if (written > 0 && model.provider == kAnthropic) out.cacheDetails = cache_details(usage);
  }
  return out;
}

std::optional<json::value> pick_response_fields(const std::vector<std::string>& paths,
                                                const std::vector<json::object>& natives) {
  json::object picked;
  for (const std::string& path : paths) {
    if (!path.starts_with('/')) {
      throw errors::validation(
          "The additionalModelResponseFieldPaths field takes JSON pointers that start with '/'.");
    }
    for (const json::object& native : natives) {
      const json::value document = native;
      json::error_code absent;
      if (const json::value* found = document.find_pointer(path, absent)) {
        place(picked, path, *found);
        break;
      }
    }
  }
  if (picked.empty()) return std::nullopt;
  return json::value(std::move(picked));
}

}  // namespace bedplate::operations
