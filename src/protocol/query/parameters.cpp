#include "protocol/query/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/api_error.hpp"
#include "base/bytes.hpp"

namespace bedplate::protocol::query {
namespace {

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

std::string decode(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  auto decoded = uri_decode(spaced);
  if (!decoded || !is_valid_utf8(*decoded)) {
    throw errors::malformed_query_string("The parameters are not percent-encoded UTF-8.");
  }
  return *std::move(decoded);
}

Parameter decode_pair(std::string_view pair) {
  const std::size_t mark = pair.find('=');
  Parameter parameter{decode(pair.substr(0, mark)), {}};
  if (mark != std::string_view::npos) parameter.value = decode(pair.substr(mark + 1));
  if (parameter.name.size() > kNameBytesMax) {
    throw errors::malformed_query_string(
        fmt::format("The name of a parameter is longer than {} bytes.", kNameBytesMax));
  }
  return parameter;
}

bool has_form(const wire::Request& request) {
  const std::string_view type = request.headers.get("content-type");
  return wire::equal_ignoring_case(type.substr(0, type.find_first_of("; \t")), kFormType);
}

}  // namespace

Parameters Parameters::parse(std::string_view form) {
  Parameters out;
  auto& all = out.parameters_;
  while (!form.empty()) {
    const std::string_view pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(pair.size() + 1, form.size()));
    if (pair.empty()) continue;
    if (all.size() == kParametersMax) {
      throw errors::malformed_query_string(
          fmt::format("The request has more than {} parameters.", kParametersMax));
    }
    all.push_back(decode_pair(pair));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Parameter& a, const Parameter& b) { return a.name < b.name; });
  all.erase(std::unique(all.begin(), all.end(),
                        [](const Parameter& a, const Parameter& b) { return a.name == b.name; }),
            all.end());
  return out;
}

const std::string* Parameters::find(std::string_view name) const {
  const auto at =
      std::lower_bound(parameters_.begin(), parameters_.end(), name,
                       [](const Parameter& each, std::string_view key) { return each.name < key; });
  return at != parameters_.end() && at->name == name ? &at->value : nullptr;
}

std::span<const Parameter> Parameters::below(std::string_view prefix) const {
  const auto first =
      std::lower_bound(parameters_.begin(), parameters_.end(), prefix,
                       [](const Parameter& each, std::string_view key) { return each.name < key; });
  const auto last = std::partition_point(first, parameters_.end(), [prefix](const Parameter& each) {
    return std::string_view(each.name).starts_with(prefix);
  });
  return {first, last};
}

Parameters parameters_of(const wire::Request& request) {
  if (request.method == "GET") return Parameters::parse(request.query());
  if (request.method != "POST") throw errors::method_not_allowed("GET, POST");
  if (!has_form(request)) return {};
  if (request.body.size() > kFormBytesMax) {
    ApiError error = errors::request_entity_too_large(
        fmt::format("The parameters take more than {} bytes.", kFormBytesMax));
    error.close_connection = false;  // it was read to its end
    throw error;
  }
  return Parameters::parse(request.body);
}

}  // namespace bedplate::protocol::query
