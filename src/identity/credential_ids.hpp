// Identifiers of credentials in the shapes AWS gives them.
#pragma once

#include <string>
#include <string_view>

namespace bedplate::identity {

std::string generate_account_id();  ///< twelve digits, the first not 0
/// `prefix` (AKIA or ASIA) and sixteen letters and digits of base32.
std::string generate_access_key_id(std::string_view prefix);
std::string generate_secret_access_key();  ///< forty characters of base64, 240 random bits

/// The unique id of a user (`AIDA…`, 21 characters), the same for ever: it follows from the account
/// and the name.
std::string user_id_of(std::string_view account_id, std::string_view user_name);

bool is_account_id(std::string_view text);

}  // namespace bedplate::identity
