// Signatures of the model's thinking: a client must send it back as it was.
#pragma once

#include <string>
#include <string_view>

namespace bedplate::inference {

/// An HMAC under a key that only this server, and those that share its credentials, hold.
class ReasoningSigner {
 public:
  explicit ReasoningSigner(std::string key) : key_(std::move(key)) {}

  std::string sign(std::string_view thinking) const;
  /// For thinking that its engine has signed: holds the engine's signature, too.
  std::string sign(std::string_view thinking, std::string_view engine_signature) const;
  /// Takes signatures of both kinds.
  bool verify(std::string_view thinking, std::string_view signature) const;

 private:
  std::string key_;
};

/// The engine's signature within one of sign(), or nothing when it holds none.
std::string_view engine_signature_in(std::string_view signature);

}  // namespace bedplate::inference
