#include "inference/reasoning_signer.hpp"

#include "base/bytes.hpp"

namespace bedplate::inference {

std::string ReasoningSigner::sign(std::string_view thinking) const {
  return base64_encode(as_view(hmac_sha256(key_, thinking)));
}

bool ReasoningSigner::verify(std::string_view thinking, std::string_view signature) const {
  return equal_constant_time(sign(thinking), signature);
}

}  // namespace bedplate::inference
