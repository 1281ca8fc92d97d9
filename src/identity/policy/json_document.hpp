// JSON as policies are written in it: nothing twice, nothing deep.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string_view>

namespace bedplate::identity::policy {

/// Nothing when the text is no JSON, or an object has a key twice, a text has the character NUL, or
/// lists and objects nest deeper than the grammar of policies can (plus a little).
std::optional<boost::json::value> parse_json_document(std::string_view text);

}  // namespace bedplate::identity::policy
