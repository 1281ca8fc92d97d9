#include "identity/secret_sealer.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace bedplate::identity {
namespace {

TEST(SecretSealer, OpensWhatItSealedForTheSameOwner) {
  const SecretSealer sealer(std::string(32, 'k'));
  for (const std::string& secret : {std::string(), std::string("s"), std::string(4'000, 'x')}) {
    const std::string sealed = sealer.seal(secret, "AKIA1");
    EXPECT_EQ(sealer.open(sealed, "AKIA1"), secret);
    EXPECT_FALSE(sealer.open(sealed, "AKIA2")) << "moved to another row";
    EXPECT_FALSE(SecretSealer(std::string(32, 'x')).open(sealed, "AKIA1")) << "another key";
  }
}

TEST(SecretSealer, SealsTheSameDifferentlyAndShowsNothingOfIt) {
  const SecretSealer sealer(std::string(32, 'k'));
  const std::string one = sealer.seal("a secret access key", "AKIA1");
  EXPECT_NE(one, sealer.seal("a secret access key", "AKIA1"));
  EXPECT_EQ(base64_decode(one)->find("secret"), std::string::npos);
}

TEST(SecretSealer, OpensNothingThatWasChanged) {
  const SecretSealer sealer(std::string(32, 'k'));
  const std::string bytes = *base64_decode(sealer.seal("secret", "AKIA1"));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(sealer.open(base64_encode(changed), "AKIA1")) << i;
    EXPECT_FALSE(sealer.open(base64_encode(bytes.substr(0, i)), "AKIA1")) << i;
  }
  EXPECT_FALSE(sealer.open("not base64", "AKIA1"));
}

TEST(SecretSealer, WantsAKeyOf256Bits) {
  EXPECT_THROW(SecretSealer("short"), std::invalid_argument);
}

}  // namespace
}  // namespace bedplate::identity
