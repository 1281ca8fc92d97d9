#include "identity/credential_ids.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"

namespace bedplate::identity {
namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t kAccountDigits = 12;
constexpr std::size_t kAccessKeyLetters = 16;
constexpr std::size_t kSecretBytes = 30;
constexpr std::string_view kUserPrefix = "AIDA";
constexpr std::size_t kUserLetters = 17;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string generate_account_id() {
  // A byte modulo ten prefers low digits a little; an account id is no secret.
  std::string digits = random_bytes(kAccountDigits);
  for (char& c : digits) c = static_cast<char>('0' + static_cast<unsigned char>(c) % 10);
  if (digits[0] == '0') digits[0] = '1';
  return digits;
}

std::string generate_access_key_id(std::string_view prefix) {
  std::string letters = random_bytes(kAccessKeyLetters);
  for (char& c : letters) c = kBase32[static_cast<unsigned char>(c) % kBase32.size()];
  return std::string(prefix) + letters;
}

std::string generate_secret_access_key() {
  return base64_encode(random_bytes(kSecretBytes));
}

std::string user_id_of(std::string_view account_id, std::string_view user_name) {
  const Sha256Digest digest = sha256(fmt::format("user-id\n{}\n{}", account_id, user_name));
  std::string id(kUserPrefix);
  for (std::size_t i = 0; i < kUserLetters; ++i) id += kBase32[digest[i] % kBase32.size()];
  return id;
}

bool is_account_id(std::string_view text) {
  return text.size() == kAccountDigits && std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace bedplate::identity
