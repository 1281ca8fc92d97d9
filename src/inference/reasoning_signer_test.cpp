// Signatures of thinking: our own, and those around an engine's.
#include "inference/reasoning_signer.hpp"

#include <gtest/gtest.h>

namespace bedplate::inference {
namespace {

TEST(ReasoningSignerTest, HoldsTheEnginesSignature) {
  const ReasoningSigner signer("key");
  const std::string signature = signer.sign("thought", "a.b=");
  EXPECT_EQ(engine_signature_in(signature), "a.b=");
  EXPECT_TRUE(signer.verify("thought", signature));
  EXPECT_FALSE(signer.verify("thoughts", signature));
  EXPECT_FALSE(signer.verify("thought", signature + "c"));
  EXPECT_FALSE(signer.verify("thought", ".a.b="));
  EXPECT_FALSE(ReasoningSigner("other").verify("thought", signature));
}

TEST(ReasoningSignerTest, ItsOwnHoldNone) {
  const ReasoningSigner signer("key");
  const std::string signature = signer.sign("thought");
  EXPECT_EQ(engine_signature_in(signature), "");
  EXPECT_TRUE(signer.verify("thought", signature));
  EXPECT_FALSE(signer.verify("thought", signature + "."));
}

}  // namespace
}  // namespace bedplate::inference
