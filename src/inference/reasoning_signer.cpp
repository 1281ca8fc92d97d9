#include "inference/reasoning_signer.hpp"

#include "base/bytes.hpp"

namespace bedplate::inference {
namespace {

constexpr char kEngineSignatureMark = '.';  // no letter of base64

}  // namespace

std::string ReasoningSigner::sign(std::string_view thinking) const {
  return base64_encode(as_view(hmac_sha256(key_, thinking)));
}

std::string ReasoningSigner::sign(std::string_view thinking,
                                  std::string_view engine_signature) const {
  std::string both = std::to_string(thinking.size());
  both += kEngineSignatureMark;
  both += thinking;
  both += engine_signature;
  std::string signature = sign(both);
  signature += kEngineSignatureMark;
  return signature.append(engine_signature);
}

std::string_view engine_signature_in(std::string_view signature) {
  const std::size_t mark = signature.find(kEngineSignatureMark);
  return mark == std::string_view::npos ? std::string_view() : signature.substr(mark + 1);
}

bool ReasoningSigner::verify(std::string_view thinking, std::string_view signature) const {
  if (signature.find(kEngineSignatureMark) != std::string_view::npos) {
    return equal_constant_time(sign(thinking, engine_signature_in(signature)), signature);
  }
  return equal_constant_time(sign(thinking), signature);
}

}  // namespace bedplate::inference
