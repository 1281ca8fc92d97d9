// What the embedding families read and write alike.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"

namespace bedplate::inference {

/// A member that must be one of `values`; a violation in everit's words when it is another.
std::optional<std::string> read_choice(BodyReader& reader, std::string_view key,
                                       std::initializer_list<std::string_view> values);

/// A list whose items must each be one of `values`; nothing when absent.
std::optional<std::vector<std::string>> read_choices(
    BodyReader& reader, std::string_view key, std::initializer_list<std::string_view> values);

/// A vector's length, which must be one of those on offer.
std::optional<std::int64_t> read_dimensions(BodyReader& reader, std::string_view key,
                                            const std::vector<std::int64_t>& on_offer);

/// Notes a text of no or of too many characters. `pointer` empty: Bedrock names no place.
void check_length(const std::string& text, const std::string& pointer, std::size_t characters_max,
                  BodyViolations& violations);

/// Of an input that the bound weights cannot read: "image", "audio", …
ApiError unreadable_input(std::string_view kind);

/// Numbers as short as they can be written without losing a bit of the float.
boost::json::array to_json(const std::vector<float>& vector);
boost::json::array to_json(const std::vector<std::int64_t>& numbers);

}  // namespace bedplate::inference
