// Where a key's file is: at the key itself, or, for keys that are no path, at a path of hex digits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bedplate::objects {

/// Whether a key can be the path of a file: components that are neither empty nor `.` nor `..`,
/// have at most 255 bytes, and hold no NUL.
bool is_natural_key(std::string_view key);

/// Its hex digits, a folder for every 100 bytes that more follow. Folders end with '+', which no
/// digit is, so `a` never stands where `a…` needs a folder, and the order of the paths, folder by
/// folder, is the order of the keys.
std::string escaped_key_path(std::string_view key);
inline constexpr std::size_t kEscapedPieceBytes = 100;

/// The bytes that one component of such a path stands for; nothing when it is none.
/// `folder`: whether it has its '+'.
std::optional<std::string> unescape_piece(std::string_view component, bool folder);
/// The component for a piece.
std::string escape_piece(std::string_view piece, bool folder);

}  // namespace bedplate::objects
