// AWS's published vectors and requests signed by botocore, as tests/protocol/sigv4/fetch.py lays
// them out. Skipped where they have not been fetched, unless BEDPLATE_REQUIRE_VECTORS=1 or CI=true.

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "identity/authenticator.hpp"
#include "identity/identity_test_fixture.hpp"

namespace bedplate::identity {
namespace {

namespace json = boost::json;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool vectors_required() {
  return environment("BEDPLATE_REQUIRE_VECTORS") == "1" || environment("CI") == "true";
}

// The lines of a fetched file; empty when it is not there.
std::vector<json::object> cases_of(const char* file_name) {
  const auto path =
      std::filesystem::path(environment("BEDPLATE_SOURCE_DIR")) / ".deps/sigv4-suite" / file_name;
  std::ifstream file(path);
  std::vector<json::object> cases;
  for (std::string line; std::getline(file, line);) {
    cases.push_back(json::parse(line).as_object());
  }
  return cases;
}

#define FETCHED_OR_SKIP(cases)                                     \
  if ((cases).empty()) {                                           \
    const char* const hint =                                       \
        "not fetched: run tests/protocol/sigv4/fetch.py (and set " \
        "BEDPLATE_SOURCE_DIR when this is not run by ctest)";      \
    if (vectors_required()) FAIL() << hint;                        \
    GTEST_SKIP() << hint;                                          \
  }

std::string text(const json::object& object, const char* name) {
  return std::string(object.at(name).as_string());
}

wire::Request request_of(const json::object& vector) {
  const json::object& object = vector.at("request").as_object();
  wire::Request request;
  request.method = text(object, "method");
  request.target = text(object, "target");
  request.body = text(object, "body");
  for (const json::value& header : object.at("headers").as_array()) {
    request.headers.add(std::string(header.at(0).as_string()),
                        std::string(header.at(1).as_string()));
  }
  return request;
}

AccessKey key_of(const json::object& vector) {
  return {text(vector, "access_key_id"), text(vector, "secret"), text(vector, "session_token")};
}

SignOptions options_of(const json::object& vector) {
  SignOptions options;
  options.region = text(vector, "region");
  options.service = text(vector, "service");
  options.time = *parse_amz_date(text(vector, "amz_date"));
  options.path_form =
      text(vector, "path_form") == "normalized" ? PathForm::kNormalized : PathForm::kAsSent;
  options.add_content_sha256 = vector.at("add_content_sha256").as_bool();
  options.sign_session_token = vector.at("sign_session_token").as_bool();
  options.expires = std::chrono::seconds(vector.at("expires").as_int64());
  return options;
}

VerifiedSignature verify(const wire::Request& request, const AccessKey& key, const Clock& clock) {
  const FindSecret find = [&](const std::string& id) {
    return id == key.id ? std::optional<std::string>(key.secret) : std::nullopt;
  };
  const std::optional<SignatureClaim> claim = read_signature_claim(request);
  if (!claim) throw errors::missing_authentication_token();
  return SignatureVerifier(clock).verify(request, *claim, find, {});
}

TEST(SigV4Vectors, SigningGivesEveryPublishedStep) {
  const std::vector<json::object> vectors = cases_of("vectors.jsonl");
  FETCHED_OR_SKIP(vectors);
  for (const json::object& vector : vectors) {
    SCOPED_TRACE(text(vector, "name"));
    wire::Request request = request_of(vector);
    const bool in_query = vector.at("in_query").as_bool();
    const SigningSteps steps = in_query ? presign(request, key_of(vector), options_of(vector))
                                        : sign(request, key_of(vector), options_of(vector));
    EXPECT_EQ(steps.canonical_request, text(vector, "canonical_request"));
    EXPECT_EQ(steps.string_to_sign, text(vector, "string_to_sign"));
    EXPECT_EQ(steps.signature, text(vector, "signature"));
  }
}

TEST(SigV4Vectors, VerificationAcceptsEveryPublishedSignatureAndNoOther) {
  const std::vector<json::object> vectors = cases_of("vectors.jsonl");
  FETCHED_OR_SKIP(vectors);
  for (const json::object& vector : vectors) {
    SCOPED_TRACE(text(vector, "name"));
    wire::Request request = request_of(vector);
    const StillClock clock(text(vector, "amz_date"));
    const bool in_query = vector.at("in_query").as_bool();
    // A token appended to a presigned query after signing is IoT's way; no service here takes it.
    if (in_query && !vector.at("sign_session_token").as_bool()) continue;
    if (in_query) {
      presign(request, key_of(vector), options_of(vector));
    } else {
      sign(request, key_of(vector), options_of(vector));
    }
    EXPECT_NO_THROW(verify(request, key_of(vector), clock));
    request.body += "x";
    EXPECT_THROW(verify(request, key_of(vector), clock), ApiError);
  }
}

TEST(SigV4Vectors, AcceptsWhatBotocoreSignedAndNothingElse) {
  const std::vector<json::object> cases = cases_of("botocore.jsonl");
  FETCHED_OR_SKIP(cases);
  int checked = 0;
  for (const json::object& one : cases) {
    if (text(one, "kind") != "request") continue;
    SCOPED_TRACE(text(one, "name"));
    ++checked;
    const AccessKey key{text(one, "access_key_id"), text(one, "secret"), ""};
    const StillClock clock(text(one, "amz_date"));
    wire::Request request = request_of(one);
    try {
      const VerifiedSignature verified = verify(request, key, clock);
      EXPECT_EQ(verified.scope.region, text(one, "region"));
      const bool body_counts = verified.payload == PayloadTrust::kSigned;
      wire::Request tampered = request;
      tampered.body += "x";
      EXPECT_EQ(body_counts, [&] {
        try {
          verify(tampered, key, clock);
        } catch (const ApiError&) {
          return true;
        }
        return false;
      }());
    } catch (const ApiError& error) {
      ADD_FAILURE() << error.type << ": " << error.what() << "\n" << request.target;
    }
    request.method = "HEAD";
    EXPECT_THROW(verify(request, key, clock), ApiError);
  }
  EXPECT_GE(checked, 100);
}

TEST(SigV4Vectors, AcceptsShortTermKeysOfAwsOwnGeneratorUntilTheyExpire) {
  const std::vector<json::object> cases = cases_of("botocore.jsonl");
  FETCHED_OR_SKIP(cases);
  int checked = 0;
  for (const json::object& one : cases) {
    if (text(one, "kind") != "token") continue;
    SCOPED_TRACE(text(one, "name"));
    ++checked;
    Credentials credentials;
    credentials.account_id = "123456789012";
    credentials.session_key = std::string(32, 'k');
    credentials.access_keys.push_back({text(one, "access_key_id"), text(one, "secret"),
                                       "administrator", true, "2026-01-01T00:00:00Z"});
    StillClock clock(text(one, "amz_date"));
    const Authenticator authenticator(
        std::make_shared<const CredentialStore>(std::move(credentials)), clock);
    wire::Request request = converse_request();
    request.headers.add("Authorization", "Bearer " + text(one, "token"));
    EXPECT_EQ(authenticator.authenticate(request).region, text(one, "region"));
    clock.time += std::chrono::seconds(one.at("expires").as_int64());
    EXPECT_NO_THROW(authenticator.authenticate(request)) << "in its last second";
    clock.time += std::chrono::seconds(1);
    EXPECT_STREQ(error_of([&] { authenticator.authenticate(request); }).what(),
                 "Bearer Token has expired");
  }
  EXPECT_GE(checked, 20);
}

}  // namespace
}  // namespace bedplate::identity
