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
  bool verify(std::string_view thinking, std::string_view signature) const;

 private:
  std::string key_;
};

}  // namespace bedplate::inference
