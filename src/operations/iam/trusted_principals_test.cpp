#include "operations/iam/trusted_principals.hpp"

#include <gtest/gtest.h>

namespace bedplate::operations::iam {
namespace {

std::optional<std::string> shout(const std::string& principal) {
  if (principal == "stays") return std::nullopt;
  return principal + "!";
}

std::string replaced(const std::string& document) {
  return replace_principals(document, shout);
}

TEST(TrustedPrincipals, AreThoseOfAws) {
  EXPECT_EQ(replaced(R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"a"},"Action":"b"}})"),
            R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"a!"},"Action":"b"}})");
  EXPECT_EQ(replaced(R"({"Statement":[{"Principal":{"AWS":["a","stays"]}},
                                      {"NotPrincipal":{"Service":"s","AWS":"b"}}]})"),
            R"({"Statement":[{"Principal":{"AWS":["a!","stays"]}},)"
            R"({"NotPrincipal":{"Service":"s","AWS":"b!"}}]})");
}

// A condition's value, or an action, is no principal whatever it looks like.
TEST(TrustedPrincipals, AreNotElsewhere) {
  for (const char* document : {
           R"({ "Statement": {"Principal": {"AWS": "stays"}} })",
           R"({ "Statement": {"Principal": "*", "Condition": {"S": {"AWS": "a"}}} })",
           R"({ "Statement": {"Principal": {"Service": "a", "Federated": ["a"]}} })",
           R"({ "Principal": {"AWS": "a"}, "Statement": [] })",
           R"({ "Statement": ["a", 1, null] })",
           R"({ "Statement": {"Principal": {"AWS": {"AWS": "a"}}} })",
           R"([])",
           R"({)",
       }) {
    EXPECT_EQ(replaced(document), document) << "byte for byte";
  }
}

}  // namespace
}  // namespace bedplate::operations::iam
