#include "identity/policy/json_document.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <set>
#include <string>
#include <vector>

namespace bedplate::identity::policy {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepthMax = 10;

/// Listens to the parser and objects to what boost::json::value would hide: a repeated key.
struct Strictness {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  std::vector<std::set<std::string>> keys;
  std::string key;

  static bool refuse(json::error_code& error) {
    error = json::error::syntax;
    return false;
  }
  static bool take(json::string_view text, json::error_code& error) {
    return text.find('\0') == json::string_view::npos || refuse(error);
  }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    keys.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    keys.pop_back();
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t, json::error_code&) { return true; }
  bool on_key_part(json::string_view text, std::size_t, json::error_code&) {
    key.append(text.data(), text.size());
    return true;
  }
  bool on_key(json::string_view text, std::size_t, json::error_code& error) {
    key.append(text.data(), text.size());
    const bool fresh = take(key, error) && keys.back().insert(key).second;
    key.clear();
    return fresh || refuse(error);
  }
  bool on_string_part(json::string_view text, std::size_t, json::error_code& error) {
    return take(text, error);
  }
  bool on_string(json::string_view text, std::size_t, json::error_code& error) {
    return take(text, error);
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
  bool on_double(double, json::string_view, json::error_code&) { return true; }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }
};

}  // namespace

std::optional<json::value> parse_json_document(std::string_view text) {
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::error_code error;
  json::basic_parser<Strictness> parser(options);
  const std::size_t taken = parser.write_some(false, text.data(), text.size(), error);
  if (error) return std::nullopt;
  if (text.find_first_not_of(" \t\r\n", taken) != std::string_view::npos) return std::nullopt;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return std::nullopt;
  return value;
}

}  // namespace bedplate::identity::policy
