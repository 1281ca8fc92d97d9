#include "inference/families/nova_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/api_error.hpp"
#include "inference/families/chat_media.hpp"
#include "inference/families/tool_schema.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::string_view kDocumentFormats[] = {"pdf",  "csv",  "doc", "docx", "xls",
                                                 "xlsx", "html", "txt", "md"};

/// The bytes of `source`. Amazon S3 is not within reach of a body's reader.
std::optional<std::string> read_source(BodyReader& owner, std::string_view what) {
  owner.require("source");
  const json::object* object = owner.object("source");
  if (object == nullptr) return std::nullopt;
  BodyReader source(*object, owner.pointer_to("source"), owner.violations());
  if (source.any("s3Location") != nullptr) {
    throw errors::not_implemented(
        fmt::format("{} blocks from Amazon S3 in Amazon Nova bodies", what));
  }
  auto bytes = read_base64(source, "bytes");
  source.refuse_extraneous();
  return bytes;
}

/// Reads one block after the other.
class NovaBlocks {
 public:
  NovaBlocks(const CatalogueModel& model, BodyViolations& violations)
      : model_(model), violations_(violations) {}

  void read(const json::value& value, const std::string& pointer, Role role,
            std::vector<ContentBlock>& content);

 private:
  void read_text(BodyReader& block, std::vector<ContentBlock>& content);
  void read_tool_use(const json::object& object, const std::string& pointer,
                     std::vector<ContentBlock>& content);
  void read_tool_result(const json::object& object, const std::string& pointer,
                        std::vector<ContentBlock>& content);
  void read_result_part(const json::value& value, const std::string& pointer,
                        std::vector<ToolResultContent>& content);
  void read_reasoning(const json::object& object, const std::string& pointer,
                      std::vector<ContentBlock>& content);
  std::optional<ImageBlock> read_image(const json::object& object, const std::string& pointer);
  std::optional<DocumentBlock> read_document(const json::object& object,
                                             const std::string& pointer);

  const CatalogueModel& model_;
  BodyViolations& violations_;
};

void read_cache_point(const json::object& object, const std::string& pointer,
                      BodyViolations& violations, std::vector<ContentBlock>& content) {
  BodyReader reader(object, pointer, violations);
  reader.require("type");
  const std::string type = reader.string("type").value_or("default");
  const std::string ttl = reader.string("ttl").value_or("5m");
  if (type != "default") {
    violations.add(reader.pointer_to("type"), fmt::format("{} is not a valid enum value", type));
  }
  if (ttl != "5m" && ttl != "1h") {
    violations.add(reader.pointer_to("ttl"), fmt::format("{} is not a valid enum value", ttl));
  }
  reader.refuse_extraneous();
  content.emplace_back(CachePoint{std::chrono::seconds(ttl == "1h" ? 3600 : 300)});
}

void NovaBlocks::read(const json::value& value, const std::string& pointer, Role role,
                      std::vector<ContentBlock>& content) {
  const json::object* object = expect_object(value, pointer, violations_);
  if (object == nullptr) return;
  for (const char* key : {"video", "audio"}) {
    if (object->contains(key)) {
      throw errors::not_implemented(fmt::format("{} blocks in Amazon Nova bodies", key));
    }
  }
  const bool user = role == Role::kUser;
  BodyReader block(*object, pointer, violations_);
  const json::object* inner = nullptr;
  if (object->contains("cachePoint")) {
    inner = block.object("cachePoint");
    if (inner) read_cache_point(*inner, block.pointer_to("cachePoint"), violations_, content);
  } else if (user && object->contains("image")) {
    inner = block.object("image");
    auto image = inner ? read_image(*inner, block.pointer_to("image")) : std::nullopt;
    if (image) content.emplace_back(std::move(*image));
  } else if (user && object->contains("document")) {
    inner = block.object("document");
    auto document = inner ? read_document(*inner, block.pointer_to("document")) : std::nullopt;
    if (document) content.emplace_back(std::move(*document));
  } else if (user && object->contains("toolResult")) {
    inner = block.object("toolResult");
    if (inner) read_tool_result(*inner, block.pointer_to("toolResult"), content);
  } else if (!user && object->contains("toolUse")) {
    inner = block.object("toolUse");
    if (inner) read_tool_use(*inner, block.pointer_to("toolUse"), content);
  } else if (!user && object->contains("reasoningContent")) {
    inner = block.object("reasoningContent");
    if (inner) read_reasoning(*inner, block.pointer_to("reasoningContent"), content);
  } else {
    read_text(block, content);
  }
  block.refuse_extraneous();
}

void NovaBlocks::read_text(BodyReader& block, std::vector<ContentBlock>& content) {
  block.require("text");
  if (auto text = block.string("text")) content.emplace_back(TextBlock{std::move(*text)});
}

std::optional<ImageBlock> NovaBlocks::read_image(const json::object& object,
                                                 const std::string& pointer) {
  require_images(model_.features.images);
  BodyReader image(object, pointer, violations_);
  image.require("format");
  const auto format = image.string("format");
  if (format && !is_image_format(*format)) {
    violations_.add(image.pointer_to("format"),
                    fmt::format("{} is not a valid enum value", *format));
  }
  auto bytes = read_source(image, "image");
  image.refuse_extraneous();
  if (!format || !bytes) return std::nullopt;
  return ImageBlock{*format, std::move(*bytes)};
}

std::optional<DocumentBlock> NovaBlocks::read_document(const json::object& object,
                                                       const std::string& pointer) {
  if (!model_.features.documents) {
    throw errors::validation("This model doesn't support documents.");
  }
  BodyReader reader(object, pointer, violations_);
  reader.require("format");
  reader.require("name");
  DocumentBlock document;
  document.format = reader.string("format").value_or("txt");
  document.name = reader.string("name").value_or("");
  if (std::find(std::begin(kDocumentFormats), std::end(kDocumentFormats), document.format) ==
      std::end(kDocumentFormats)) {
    violations_.add(reader.pointer_to("format"),
                    fmt::format("{} is not a valid enum value", document.format));
  }
  if (document.format == "pdf") document.unit = DocumentBlock::Unit::kPages;
  auto bytes = read_source(reader, "document");
  reader.refuse_extraneous();
  if (!bytes) return std::nullopt;
  document.bytes = std::move(*bytes);
  return document;
}

void NovaBlocks::read_tool_use(const json::object& object, const std::string& pointer,
                               std::vector<ContentBlock>& content) {
  BodyReader reader(object, pointer, violations_);
  for (const char* key : {"toolUseId", "name", "input"}) reader.require(key);
  ToolUseBlock call;
  call.id = reader.string("toolUseId").value_or("");
  call.name = reader.string("name").value_or("");
  const json::object* input = reader.object("input");
  call.input = input == nullptr ? "{}" : json::serialize(*input);
  reader.string("type");  // newer replies carry "type": "tool_use", and it comes back with them
  reader.refuse_extraneous();
  content.emplace_back(std::move(call));
}

void NovaBlocks::read_tool_result(const json::object& object, const std::string& pointer,
                                  std::vector<ContentBlock>& content) {
  BodyReader reader(object, pointer, violations_);
  reader.require("toolUseId");
  reader.require("content");
  ToolResultBlock result;
  result.tool_use_id = reader.string("toolUseId").value_or("");
  const std::string status = reader.string("status").value_or("success");
  if (status != "success" && status != "error") {
    violations_.add(reader.pointer_to("status"),
                    fmt::format("{} is not a valid enum value", status));
  }
  result.is_error = status == "error";
  reader.string("type");
  if (const json::array* parts = reader.array("content")) {
    for (std::size_t i = 0; i < parts->size(); ++i) {
      read_result_part((*parts)[i], fmt::format("{}/{}", reader.pointer_to("content"), i),
                       result.content);
    }
  }
  reader.refuse_extraneous();
  content.emplace_back(std::move(result));
}

void NovaBlocks::read_result_part(const json::value& value, const std::string& pointer,
                                  std::vector<ToolResultContent>& content) {
  const json::object* object = expect_object(value, pointer, violations_);
  if (object == nullptr) return;
  BodyReader part(*object, pointer, violations_);
  if (object->contains("video")) {
    throw errors::not_implemented("video results of a tool in Amazon Nova bodies");
  }
  if (const json::value* document = part.any("json")) {
    content.emplace_back(TextBlock{json::serialize(*document)});
  } else if (const json::object* inner = part.object("image")) {
    auto image = read_image(*inner, part.pointer_to("image"));
    if (image) content.emplace_back(std::move(*image));
  } else if (const json::object* file = part.object("document")) {
    auto document_block = read_document(*file, part.pointer_to("document"));
    if (document_block) content.emplace_back(std::move(*document_block));
  } else {
    part.require("text");
    if (auto text = part.string("text")) content.emplace_back(TextBlock{std::move(*text)});
  }
  part.refuse_extraneous();
}

void NovaBlocks::read_reasoning(const json::object& object, const std::string& pointer,
                                std::vector<ContentBlock>& content) {
  BodyReader reader(object, pointer, violations_);
  reader.require("reasoningText");
  if (const json::object* inner = reader.object("reasoningText")) {
    BodyReader thought(*inner, reader.pointer_to("reasoningText"), violations_);
    thought.require("text");
    ReasoningBlock block;
    block.text = thought.string("text").value_or("");
    block.signature = thought.string("signature").value_or("");
    thought.refuse_extraneous();
    content.emplace_back(std::move(block));
  }
  reader.refuse_extraneous();
}

Tool read_tool_spec(const json::object& object, const std::string& pointer,
                    BodyViolations& violations) {
  BodyReader spec(object, pointer, violations);
  Tool tool;
  tool.name = read_tool_name(spec, "name");
  tool.description = spec.string("description").value_or("");
  spec.boolean("strict");
  spec.require("inputSchema");
  if (const json::object* outer = spec.object("inputSchema")) {
    BodyReader holder(*outer, spec.pointer_to("inputSchema"), violations);
    holder.require("json");
    if (const json::object* schema = holder.object("json")) {
      check_input_schema(*schema, holder.pointer_to("json"), violations);
      tool.input_schema = json::serialize(*schema);
    }
    holder.refuse_extraneous();
  }
  spec.refuse_extraneous();
  return tool;
}

void read_tool(const json::value& value, const std::string& pointer, Conversation& conversation,
               BodyViolations& violations) {
  const json::object* object = expect_object(value, pointer, violations);
  if (object == nullptr) return;
  BodyReader reader(*object, pointer, violations);
  if (reader.any("systemTool") != nullptr) {
    throw errors::not_implemented("system tools in Amazon Nova bodies");
  }
  if (const json::object* point = reader.object("cachePoint")) {
    std::vector<ContentBlock> points;
    read_cache_point(*point, reader.pointer_to("cachePoint"), violations, points);
    conversation.cache_tools = true;
  } else {
    reader.require("toolSpec");
    if (const json::object* spec = reader.object("toolSpec")) {
      conversation.tools.push_back(
          read_tool_spec(*spec, reader.pointer_to("toolSpec"), violations));
    }
  }
  reader.refuse_extraneous();
}

void read_tool_choice(const json::object& object, const std::string& pointer, ToolChoice& choice,
                      BodyViolations& violations) {
  BodyReader reader(object, pointer, violations);
  if (object.size() != 1) {
    violations.add(pointer, fmt::format("{} subschemas matched instead of one", object.size()));
    return;
  }
  if (reader.object("any") != nullptr) choice.kind = ToolChoice::Kind::kAny;
  if (const json::object* tool = reader.object("tool")) {
    BodyReader named(*tool, reader.pointer_to("tool"), violations);
    named.require("name");
    choice.kind = ToolChoice::Kind::kTool;
    choice.name = named.string("name").value_or("");
    named.refuse_extraneous();
  }
  reader.object("auto");
  reader.refuse_extraneous();
}

}  // namespace

std::vector<ContentBlock> read_nova_content(const json::array& blocks, const std::string& pointer,
                                            Role role, const CatalogueModel& model,
                                            BodyViolations& violations) {
  std::vector<ContentBlock> content;
  NovaBlocks reader(model, violations);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    reader.read(blocks[i], fmt::format("{}/{}", pointer, i), role, content);
  }
  return content;
}

std::vector<ContentBlock> read_nova_system(const json::array& blocks, const std::string& pointer,
                                           BodyViolations& violations) {
  std::vector<ContentBlock> content;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::string where = fmt::format("{}/{}", pointer, i);
    const json::object* object = expect_object(blocks[i], where, violations);
    if (object == nullptr) continue;
    BodyReader block(*object, where, violations);
    if (const json::object* point = block.object("cachePoint")) {
      read_cache_point(*point, block.pointer_to("cachePoint"), violations, content);
    } else {
      block.require("text");
      if (auto text = block.string("text")) content.emplace_back(TextBlock{std::move(*text)});
    }
    block.refuse_extraneous();
  }
  return content;
}

void read_nova_tools(const json::object& config, const std::string& pointer,
                     Conversation& conversation, BodyViolations& violations) {
  BodyReader reader(config, pointer, violations);
  reader.require("tools");
  if (const json::array* tools = reader.array("tools")) {
    const std::string where = reader.pointer_to("tools");
    if (tools->empty()) violations.add(where, "expected minimum item count: 1, found: 0");
    for (std::size_t i = 0; i < tools->size(); ++i) {
      read_tool((*tools)[i], fmt::format("{}/{}", where, i), conversation, violations);
    }
    check_unique_names(conversation.tools, where, violations);
  }
  if (const json::object* choice = reader.object("toolChoice")) {
    read_tool_choice(*choice, reader.pointer_to("toolChoice"), conversation.tool_choice,
                     violations);
  }
  reader.refuse_extraneous();
  const ToolChoice& choice = conversation.tool_choice;
  if (violations.empty() && choice.kind == ToolChoice::Kind::kTool &&
      !has_tool(conversation.tools, choice.name)) {
    violations.add(pointer + "/toolChoice/tool/name",
                   fmt::format("{} is not a valid enum value", choice.name));
  }
}

}  // namespace bedplate::inference
