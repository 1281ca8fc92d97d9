#include "inference/families/tool_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace bedplate::inference {
namespace json = boost::json;

namespace {

constexpr std::size_t kNameCharactersMax = 64;
constexpr std::size_t kNestingMax = 128;  ///< as deep as a body may be

}  // namespace

bool is_tool_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= kNameCharactersMax &&
         std::all_of(name.begin(), name.end(), allowed);
}

std::string read_tool_name(BodyReader& reader, std::string_view key) {
  reader.require(key);
  const auto name = reader.string(key);
  if (name && !is_tool_name(*name)) {
    reader.violations().add(
        reader.pointer_to(key),
        fmt::format("string [{}] does not match pattern {}", *name, kToolNamePattern));
  }
  return name.value_or("");
}

void check_input_schema(const json::object& schema, const std::string& pointer,
                        BodyViolations& violations) {
  const json::value* type = schema.if_contains("type");
  if (type == nullptr) return;
  const json::string* name = type->if_string();
  if (name == nullptr || *name != "object") {
    violations.add(pointer + "/type",
                   fmt::format("{} is not a valid enum value", json::serialize(*type)));
  }
}

void check_unique_names(const std::vector<Tool>& tools, const std::string& pointer,
                        BodyViolations& violations) {
  std::set<std::string_view> names;
  for (const Tool& tool : tools) {
    if (!tool.name.empty() && !names.insert(tool.name).second) {
      violations.add(pointer, fmt::format("the tool name [{}] is not unique", tool.name));
    }
  }
}

bool has_tool(const std::vector<Tool>& tools, std::string_view name) {
  return std::any_of(tools.begin(), tools.end(),
                     [name](const Tool& tool) { return tool.name == name; });
}

json::object parsed_input(const ToolUseBlock& call) {
  json::error_code broken;
  json::parse_options options;
  options.max_depth = kNestingMax;
  json::value value = json::parse(call.input, broken, {}, options);
  if (broken || !value.is_object()) return {};
  return std::move(value.as_object());
}

}  // namespace bedplate::inference
