#include "operations/runtime/converse_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "inference/families/family.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;
namespace api = api::runtime;
using inference::CatalogueModel;
using inference::ContentBlock;
using inference::DocumentBlock;
using inference::ImageBlock;
using inference::Role;
using inference::TextBlock;

constexpr std::string_view kAnthropic = "anthropic-messages";

/// A blank text: Claude's own words, or Bedrock's for the others.
ApiError blank_text(const CatalogueModel& model, const std::string& text, std::size_t message,
                    std::size_t block) {
  if (model.family == kAnthropic) {
    return model_refusal(text.empty() ? "messages: text content blocks must be non-empty"
                                      : "messages: text content blocks must contain "
                                        "non-whitespace text");
  }
  return errors::validation(fmt::format(
      "The text field in the ContentBlock object at messages.{}.content.{} is blank. Add text to "
      "the text field, and try again.",
      message, block));
}

/// Recorded with Claude Sonnet 4.5: blank space behind a document passes, where the message says
/// something else as well. Clients write it there to have a cache point behind the document.
bool is_space_behind_document(const api::Message& message, std::size_t block,
                              const CatalogueModel& model) {
  const auto& content = message.content;
  if (model.family != kAnthropic || block == 0 || content[block].text->empty()) return false;
  return content[block - 1].document &&
         std::any_of(content.begin(), content.end(), [](const api::ContentBlock& each) {
           return each.text && !is_blank(*each.text);
         });
}

ApiError wrong_role(std::string_view member, std::string_view role) {
  return errors::validation(fmt::format(
      "This model doesn't support the {0} field for {1} messages. Remove {0} and try again.",
      member, role));
}

ImageBlock read_image(const api::ImageBlock& in, const CatalogueModel& model) {
  if (!model.features.images) {
    throw errors::validation(
        "This model doesn't support the image content block that you provided. Update the content "
        "block and try again.");
  }
  if (in.source.s3Location) throw errors::not_implemented("Converse with images in Amazon S3");
  if (!in.source.bytes) throw errors::validation("The image block has no source. Add its bytes.");
  return {in.format, *in.source.bytes};
}

/// Recorded: underscores pass, dots and tabs do not, nor two white spaces in a row.
void check_document_name(std::string_view name) {
  bool good = true;
  char last = 'x';
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool mark = std::string_view("_-()[] ").find(c) != std::string_view::npos;
    good = good && (plain || mark) && !(c == ' ' && last == ' ');
    last = c;
  }
  if (good) return;
  throw errors::validation(
      "The document file name can only contain alphanumeric characters, whitespace characters, "
      "hyphens, parentheses, and square brackets. The name can't contain more than one consecutive "
      "whitespace character. Check that the file name conforms to these restrictions and retry "
      "your request.");
}

DocumentBlock read_document(const api::DocumentBlock& in, const CatalogueModel& model) {
  if (!model.features.documents) throw errors::validation("This model doesn't support documents.");
  check_document_name(in.name);
  DocumentBlock document;
  document.name = in.name;
  document.format = in.format.value_or("txt");
  document.context = in.context.value_or("");
  document.citations = in.citations && in.citations->enabled;
  if (in.source.s3Location) throw errors::not_implemented("Converse with documents in Amazon S3");
  if (in.source.text) {
    document.parts.push_back(*in.source.text);
  } else if (in.source.content) {
    document.unit = DocumentBlock::Unit::kChunks;
    for (const auto& part : *in.source.content) document.parts.push_back(part.text.value_or(""));
  } else if (in.source.bytes) {
    document.bytes = *in.source.bytes;
    if (document.format == "pdf") document.unit = DocumentBlock::Unit::kPages;
  }
  if (document.bytes.empty() && document.parts.empty()) {
    throw errors::validation(fmt::format("The document '{}' is empty.", in.name));
  }
  return document;
}

inference::ToolUseBlock read_tool_use(const api::ToolUseBlock& in) {
  if (!in.input.is_object()) {
    throw model_refusal("tool_use.input: Input should be a valid dictionary");
  }
  return {in.toolUseId, in.name, json::serialize(in.input)};
}

inference::ToolResultBlock read_tool_result(const api::ToolResultBlock& in,
                                            const CatalogueModel& model) {
  inference::ToolResultBlock result;
  result.tool_use_id = in.toolUseId;
  result.is_error = in.status == "error";
  for (const auto& part : in.content) {
    if (part.text) {
      result.content.emplace_back(TextBlock{*part.text});
    } else if (part.json) {
      result.content.emplace_back(TextBlock{json::serialize(*part.json)});
    } else if (part.image) {
      result.content.emplace_back(read_image(*part.image, model));
    } else if (part.document) {
      result.content.emplace_back(read_document(*part.document, model));
    } else {
      throw errors::not_implemented("Converse with video or search results of a tool");
    }
  }
  return result;
}

inference::ReasoningBlock read_reasoning(const api::ReasoningContentBlock& in,
                                         const CatalogueModel& model, std::size_t message,
                                         std::size_t block) {
  inference::ReasoningBlock reasoning;
  if (in.redactedContent) {
    reasoning.redacted = *in.redactedContent;
    return reasoning;
  }
  if (!in.reasoningText) return reasoning;
  reasoning.text = in.reasoningText->text;
  reasoning.signature = in.reasoningText->signature.value_or("");
  if (model.family == kAnthropic && reasoning.signature.empty()) {
    throw model_refusal(
        fmt::format("messages.{}.content.{}.thinking.signature: Field required", message, block));
  }
  if (model.family != kAnthropic && !reasoning.signature.empty()) {
    throw errors::validation(
        "This model doesn't support the reasoningContent.reasoningText.signature field. Remove "
        "reasoningContent.reasoningText.signature and try again.");
  }
  return reasoning;
}

/// Which member of the union is set, for the message that refuses it.
const char* unbuilt_member(const api::ContentBlock& block) {
  if (block.video) return "video";
  if (block.audio) return "audio";
  if (block.guardContent) return "guardContent";
  if (block.searchResult) return "searchResult";
  if (block.toolAddition) return "toolAddition";
  if (block.toolRemoval) return "toolRemoval";
  return nullptr;
}

/// What the model itself said with citations comes back as text.
TextBlock read_citations(const api::CitationsContentBlock& in) {
  TextBlock text;
  if (in.content) {
    for (const auto& part : *in.content) text.text += part.text.value_or("");
  }
  return text;
}

}  // namespace

ApiError model_refusal(std::string_view text) {
  return errors::validation(std::string(inference::kModelErrorPrefix) + std::string(text));
}

inference::CachePoint read_cache_point(const api::CachePointBlock& in,
                                       const CatalogueModel& model) {
  if (!model.features.prompt_caching) {
    throw errors::access_denied(
        "You invoked an unsupported model or your request did not allow prompt caching. See the "
        "documentation for more information.");
  }
  return {std::chrono::seconds(in.ttl == "1h" ? 3600 : 300)};
}

ContentBlock read_content_block(const api::Message& turn, std::size_t message, std::size_t block,
                                Role role, const CatalogueModel& model) {
  const api::ContentBlock& in = turn.content[block];
  const bool user = role == Role::kUser;
  if (in.text) {
    if (is_blank(*in.text) && !is_space_behind_document(turn, block, model)) {
      throw blank_text(model, *in.text, message, block);
    }
    return TextBlock{*in.text};
  }
  if (in.cachePoint) return read_cache_point(*in.cachePoint, model);
  if (in.toolUse) {
    if (user) throw wrong_role("toolUse", "user");
    return read_tool_use(*in.toolUse);
  }
  if (in.reasoningContent) {
    if (user) throw wrong_role("reasoningContent", "user");
    return read_reasoning(*in.reasoningContent, model, message, block);
  }
  if (in.citationsContent) {
    if (user) throw wrong_role("citationsContent", "user");
    return read_citations(*in.citationsContent);
  }
  if (!user && (in.image || in.document || in.toolResult)) {
    throw wrong_role(in.image ? "image" : in.document ? "document" : "toolResult", "assistant");
  }
  if (in.image) return read_image(*in.image, model);
  if (in.document) return read_document(*in.document, model);
  if (in.toolResult) return read_tool_result(*in.toolResult, model);
  if (const char* member = unbuilt_member(in)) {
    throw errors::not_implemented(fmt::format("Converse with {} blocks", member));
  }
  throw errors::validation(fmt::format(
      "The content block at messages.{}.content.{} is empty or not known. Set one of its members "
      "and try again.",
      message, block));
}

}  // namespace bedplate::operations
