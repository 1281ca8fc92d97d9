#include "identity/secret_sealer.hpp"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

#include "base/bytes.hpp"

namespace bedplate::identity {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Cipher make_cipher() {
  Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  if (!cipher) throw std::bad_alloc();
  return cipher;
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

void require(int result) {
  if (result != 1) throw std::runtime_error("OpenSSL cannot encrypt a secret");
}

}  // namespace

SecretSealer::SecretSealer(std::string key) : key_(std::move(key)) {
  if (key_.size() != kKeyBytes) throw std::invalid_argument("a key of 32 bytes is needed");
}

std::string SecretSealer::seal(std::string_view secret, std::string_view bound_to) const {
  const std::string nonce = random_bytes(kNonceBytes);
  std::string text(secret.size(), '\0');
  std::string tag(kTagBytes, '\0');
  const Cipher cipher = make_cipher();
  int length = 0;
  require(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(nonce)));
  require(EVP_EncryptUpdate(cipher.get(), nullptr, &length, bytes(bound_to),
                            static_cast<int>(bound_to.size())));
  require(EVP_EncryptUpdate(cipher.get(), bytes(text), &length, bytes(secret),
                            static_cast<int>(secret.size())));
  require(EVP_EncryptFinal_ex(cipher.get(), bytes(text) + length, &length));
  require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()));
  return base64_encode(nonce + tag + text);
}

std::optional<std::string> SecretSealer::open(std::string_view sealed,
                                              std::string_view bound_to) const {
  const std::optional<std::string> all = base64_decode(sealed);
  if (!all || all->size() < kNonceBytes + kTagBytes) return std::nullopt;
  const std::string_view nonce = std::string_view(*all).substr(0, kNonceBytes);
  std::string tag = all->substr(kNonceBytes, kTagBytes);
  const std::string_view text = std::string_view(*all).substr(kNonceBytes + kTagBytes);
  std::string secret(text.size(), '\0');
  const Cipher cipher = make_cipher();
  int length = 0;
  require(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(nonce)));
  require(EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes(bound_to),
                            static_cast<int>(bound_to.size())));
  require(EVP_DecryptUpdate(cipher.get(), bytes(secret), &length, bytes(text),
                            static_cast<int>(text.size())));
  require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()));
  if (EVP_DecryptFinal_ex(cipher.get(), bytes(secret) + length, &length) != 1) return std::nullopt;
  return secret;
}

}  // namespace bedplate::identity
