#include "identity/signature_verifier.hpp"

#include "identity/identity_test_fixture.hpp"

namespace bedplate::identity {
namespace {

class SignatureVerification : public ::testing::Test {
 protected:
  // Reads the claim and verifies it, as the authenticator does for an access key.
  VerifiedSignature verify(const wire::Request& request) const {
    const std::optional<SignatureClaim> claim = read_signature_claim(request);
    if (!claim) throw errors::missing_authentication_token();
    const FindSecret find = [](const std::string& id) -> std::optional<std::string> {
      if (id != kTestKey.id) return std::nullopt;
      return kTestKey.secret;
    };
    return verifier_.verify(request, *claim, find, options_);
  }

  ApiError refusal(const wire::Request& request) const {
    return error_of([&] { verify(request); });
  }

  // A request whose signature fails at the comparison, not before.
  void expect_mismatch(const wire::Request& request, const char* what) const {
    const ApiError error = refusal(request);
    EXPECT_EQ(error.type, "InvalidSignatureException") << what;
    EXPECT_EQ(error.http_status, 403) << what;
    EXPECT_TRUE(starts_with(error,
                            "The request signature we calculated does not match the "
                            "signature you provided. Check your AWS Secret Access Key and "
                            "signing method. Consult the service documentation for details."))
        << what << ": " << error.what();
  }

  StillClock clock_{kTestNow};
  SignatureVerifier verifier_{clock_};
  VerifyOptions options_{{"bedrock"}};
};

wire::Request signed_request(SignOptions options = bedrock_options()) {
  wire::Request request = converse_request();
  sign(request, kTestKey, options);
  return request;
}

wire::Request presigned_request(SignOptions options = bedrock_options()) {
  wire::Request request = converse_request();
  presign(request, kTestKey, options);
  return request;
}

TEST_F(SignatureVerification, AcceptsItsOwnHeaderAndQuerySignatures) {
  const VerifiedSignature header = verify(signed_request());
  EXPECT_EQ(header.scope.access_key_id, kTestKey.id);
  EXPECT_EQ(header.scope.region, "us-west-2");
  EXPECT_EQ(header.payload, PayloadTrust::kSigned);
  EXPECT_EQ(verify(presigned_request()).scope.service, "bedrock");
}

TEST_F(SignatureVerification, AcceptsARawColonInThePath) {
  wire::Request request = converse_request();
  request.target = "/model/anthropic.claude-3-haiku-20240307-v1:0/invoke";
  sign(request, kTestKey, bedrock_options());
  EXPECT_NO_THROW(verify(request));
}

TEST_F(SignatureVerification, AcceptsAPathThatTheSdkNormalizedForSigning) {
  for (const char* target : {"//model//x", "/a/../model/x", "/model/./x/", ""}) {
    wire::Request request = converse_request();
    request.target = target;
    SignOptions options = bedrock_options();
    options.path_form = PathForm::kNormalized;
    sign(request, kTestKey, options);
    EXPECT_NO_THROW(verify(request)) << target;
  }
}

TEST_F(SignatureVerification, RefusesATamperedRequest) {
  wire::Request request = signed_request();
  request.body += " ";
  expect_mismatch(request, "body");
  request = signed_request();
  request.method = "PUT";
  expect_mismatch(request, "method");
  request = signed_request();
  request.target += "x";
  expect_mismatch(request, "path");
  request = signed_request();
  request.target += "?a=1";
  expect_mismatch(request, "query");
  request = signed_request();
  replace_header(request, "host", "elsewhere");
  expect_mismatch(request, "host");
  request = signed_request();
  replace_header(request, "content-type", "text/plain");
  expect_mismatch(request, "signed header");
  request = signed_request();
  request.headers.add("content-type", "text/plain");
  expect_mismatch(request, "signed header repeated");
}

TEST_F(SignatureVerification, IgnoresHeadersThatAreNotSigned) {
  wire::Request request = signed_request();
  request.headers.add("amz-sdk-request", "attempt=2");
  EXPECT_NO_THROW(verify(request));
}

TEST_F(SignatureVerification, RefusesAnotherSecretAndAnUnknownKey) {
  wire::Request request = converse_request();
  sign(request, {kTestKey.id, "not the secret", ""}, bedrock_options());
  expect_mismatch(request, "secret");
  request = converse_request();
  sign(request, {"AKIAUNKNOWN", kTestKey.secret, ""}, bedrock_options());
  const ApiError error = refusal(request);
  EXPECT_EQ(error.type, "UnrecognizedClientException");
  EXPECT_STREQ(error.what(), "The security token included in the request is invalid.");
}

TEST_F(SignatureVerification, ShowsWhatShouldHaveBeenSigned) {
  wire::Request request = signed_request();
  request.body = "{}";
  const std::string text = refusal(request).what();
  EXPECT_NE(text.find("\n\nThe Canonical String for this request should have been\n'POST\n"
                      "/model/anthropic.claude-3-sonnet-20240229-v1%253A0/converse\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n" +
                      std::string(kTestNow)),
            std::string::npos)
      << text;
}

TEST_F(SignatureVerification, AcceptsFiveMinutesOfSkewAndNoMore) {
  EXPECT_NO_THROW(verify(signed_request(bedrock_options("20260102T025905Z"))));
  EXPECT_NO_THROW(verify(signed_request(bedrock_options("20260102T030905Z"))));
  ApiError error = refusal(signed_request(bedrock_options("20260102T025904Z")));
  EXPECT_EQ(error.type, "InvalidSignatureException");
  EXPECT_STREQ(error.what(),
               "Signature expired: 20260102T025904Z is now earlier than 20260102T025905Z "
               "(20260102T030405Z - 5 min.)");
  error = refusal(signed_request(bedrock_options("20260102T030906Z")));
  EXPECT_EQ(error.type, "InvalidSignatureException");
  EXPECT_STREQ(error.what(),
               "Signature not yet current: 20260102T030906Z is still later than 20260102T030905Z "
               "(20260102T030405Z + 5 min.)");
}

TEST_F(SignatureVerification, AcceptsAnHttpDateInPlaceOfXAmzDate) {
  wire::Request request = signed_request();
  wire::Headers headers;
  for (const auto& [name, value] : request.headers) {
    if (name == "x-amz-date") {
      headers.add("Date", "Fri, 02 Jan 2026 03:04:05 GMT");
    } else if (name != "authorization") {
      headers.add(name, value);
    }
  }
  request.headers = headers;
  const std::vector<std::string> names{"content-type", "date", "host"};
  const std::string scope = "20260102/us-west-2/bedrock/aws4_request";
  const std::string to_sign = string_to_sign(
      kTestNow, scope,
      canonical_request(request, names, hex_encode(as_view(sha256(request.body))), {}));
  const std::string signature = signature_of(
      derive_signing_key(kTestKey.secret, "20260102", "us-west-2", "bedrock"), to_sign);
  request.headers.add("Authorization",
                      fmt::format("AWS4-HMAC-SHA256 Credential={}/{},"
                                  "SignedHeaders=content-type;date;host,Signature={}",
                                  kTestKey.id, scope, signature));
  EXPECT_NO_THROW(verify(request));
}

TEST_F(SignatureVerification, RefusesADateThatIsNone) {
  for (const char* date : {"2026", "20260102T030405", "2026-01-02T03:04:05Z", "20261302T030405Z",
                           "Fri, 02 Foo 2026 03:04:05 GMT", "Fri, 02 anF 2026 03:04:05 GMT"}) {
    wire::Request request = signed_request();
    replace_header(request, "x-amz-date", date);
    const ApiError error = refusal(request);
    EXPECT_EQ(error.type, "IncompleteSignatureException") << date;
    EXPECT_EQ(error.what(), fmt::format("Date must be in ISO-8601 'basic format'. Got '{}'. See "
                                        "http://en.wikipedia.org/wiki/ISO_8601",
                                        date));
  }
}

TEST_F(SignatureVerification, BoundsTheLifeOfAPresignedRequest) {
  SignOptions options = bedrock_options("20260102T020405Z");
  options.expires = std::chrono::seconds(3600);
  EXPECT_NO_THROW(verify(presigned_request(options)));
  options.expires = std::chrono::seconds(3599);
  EXPECT_STREQ(refusal(presigned_request(options)).what(),
               "Signature expired: 20260102T020405Z is now earlier than 20260102T020406Z "
               "(20260102T030405Z - 3599 sec.)");
  options.expires = std::chrono::seconds(604'800);
  EXPECT_NO_THROW(verify(presigned_request(options)));
  for (std::int64_t seconds : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{604'801},
                               std::numeric_limits<std::int64_t>::max()}) {
    options.expires = std::chrono::seconds(seconds);
    const ApiError error = refusal(presigned_request(options));
    EXPECT_EQ(error.type, "IncompleteSignatureException") << seconds;
    EXPECT_TRUE(starts_with(error, "X-Amz-Expires must be ")) << error.what();
  }
}

TEST_F(SignatureVerification, RefusesExpiresThatIsNoNumber) {
  for (const char* value : {"", "abc", "1e3", "60s", "+60", "99999999999999999999999"}) {
    wire::Request request = presigned_request();
    replace_in(request.target, "X-Amz-Expires=900", fmt::format("X-Amz-Expires={}", value));
    EXPECT_EQ(refusal(request).type, "IncompleteSignatureException") << value;
  }
}

TEST_F(SignatureVerification, GivesPresignedRequestsWithoutExpiresFiveMinutes) {
  wire::Request request = presigned_request(bedrock_options("20260102T025800Z"));
  replace_in(request.target, "&X-Amz-Expires=900", "");
  EXPECT_TRUE(starts_with(refusal(request), "Signature expired: 20260102T025800Z "));
}

TEST_F(SignatureVerification, RefusesTamperedPresignedQueries) {
  wire::Request request = presigned_request();
  request.target += "&extra=1";
  expect_mismatch(request, "parameter added");
  request = presigned_request();
  replace_in(request.target, "X-Amz-Expires=900", "X-Amz-Expires=901");
  expect_mismatch(request, "longer life");
  request = presigned_request();
  request.target += "&X-Amz-Expires=604800";
  EXPECT_EQ(refusal(request).type, "IncompleteSignatureException") << "parameter repeated";
  request = presigned_request();
  request.target += "&X-Amz-Signature=0";
  EXPECT_EQ(refusal(request).type, "IncompleteSignatureException") << "signature repeated";
}

TEST_F(SignatureVerification, RefusesAScopeThatDoesNotFit) {
  const auto with_scope = [&](std::string_view scope) {
    wire::Request request = signed_request();
    std::string authorization(request.headers.get("authorization"));
    replace_in(authorization, "20260102/us-west-2/bedrock/aws4_request", scope);
    replace_header(request, "authorization", authorization);
    return refusal(request);
  };
  ApiError error = with_scope("20260102/us-west-2/dynamodb/aws4_request");
  EXPECT_EQ(error.type, "InvalidSignatureException");
  EXPECT_STREQ(error.what(), "Credential should be scoped to correct service: 'bedrock'. ");
  EXPECT_STREQ(
      with_scope("20260103/us-west-2/bedrock/aws4_request").what(),
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
      "HTTP: '20260103' != '20260102', from '20260102T030405Z'. ");
  EXPECT_STREQ(with_scope("20260102/us-west-2/bedrock/aws5_request").what(),
               "Credential should be scoped with a valid terminator: 'aws4_request', not "
               "'aws5_request'. ");
  EXPECT_STREQ(with_scope("20260102//bedrock/aws4_request").what(),
               "Credential should be scoped to a valid region, not ''. ");
  EXPECT_STREQ(with_scope("20260102/../bedrock/aws4_request").what(),
               "Credential should be scoped to a valid region, not '..'. ")
      << "a region ends up in ARNs";
  error = with_scope("20260102/us-west-2/bedrock/x/aws4_request");
  EXPECT_EQ(error.type, "IncompleteSignatureException");
  EXPECT_TRUE(starts_with(error, "Credential must have exactly 5 slash-delimited elements"));
}

TEST_F(SignatureVerification, WantsTheHostSignedAndTheRightAlgorithm) {
  wire::Request request = signed_request();
  std::string authorization(request.headers.get("authorization"));
  replace_in(authorization, "content-type;host;", "content-type;");
  replace_header(request, "authorization", authorization);
  EXPECT_STREQ(refusal(request).what(),
               "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");

  request = signed_request();
  authorization = request.headers.get("authorization");
  replace_in(authorization, "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512");
  replace_header(request, "authorization", authorization);
  EXPECT_EQ(refusal(request).type, "IncompleteSignatureException");
  EXPECT_STREQ(refusal(request).what(),
               "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). ");

  replace_in(authorization, "AWS4-HMAC-SHA512", "aws4-hmac-sha256");
  replace_header(request, "authorization", authorization);
  EXPECT_EQ(refusal(request).type, "MissingAuthenticationTokenException");
}

TEST_F(SignatureVerification, SortsSignedHeadersBeforeItCompares) {
  wire::Request request = signed_request();
  std::string authorization(request.headers.get("authorization"));
  replace_in(authorization, "content-type;host;x-amz-date", "X-Amz-Date;Host;Content-Type");
  replace_header(request, "authorization", authorization);
  EXPECT_NO_THROW(verify(request));
}

TEST_F(SignatureVerification, HonoursTheDeclaredPayloadHash) {
  SignOptions options = bedrock_options();
  options.add_content_sha256 = true;
  EXPECT_NO_THROW(verify(signed_request(options)));
  wire::Request request = signed_request(options);
  request.body += " ";
  EXPECT_STREQ(refusal(request).what(),
               "The provided 'x-amz-content-sha256' header does not match what was computed.");
  options.unsigned_payload = true;
  EXPECT_EQ(refusal(signed_request(options)).type, "InvalidSignatureException")
      << "UNSIGNED-PAYLOAD is for S3 alone";
}

TEST_F(SignatureVerification, LetsS3LeaveTheBodyUnsignedAndSaysSo) {
  options_.services = {"s3"};
  SignOptions options = bedrock_options();
  options.service = "s3";
  options.path_form = PathForm::kEncodedOnce;
  options.add_content_sha256 = true;
  EXPECT_EQ(verify(signed_request(options)).payload, PayloadTrust::kDeclared);
  options.unsigned_payload = true;
  EXPECT_EQ(verify(signed_request(options)).payload, PayloadTrust::kUnsigned);
  options.add_content_sha256 = false;
  EXPECT_EQ(verify(presigned_request(options)).payload, PayloadTrust::kUnsigned);
}

TEST_F(SignatureVerification, RefusesSignaturesThatAreNotHexOrTooShort) {
  for (const char* signature : {"0", "zz", "\xC3\xA9", "A"}) {
    wire::Request request = signed_request();
    std::string authorization(request.headers.get("authorization"));
    authorization.erase(authorization.find("Signature="));
    replace_header(request, "authorization", authorization + "Signature=" + signature);
    expect_mismatch(request, signature);
  }
}

TEST(SigningKeyCache, StaysBoundedAndFollowsARotatedSecret) {
  SigningKeyCache cache;
  CredentialScope scope{"AKID", "20260102", "us-east-1", "bedrock", "aws4_request"};
  const Sha256Digest first = cache.get(scope, "one");
  EXPECT_EQ(cache.get(scope, "one"), first);
  EXPECT_NE(cache.get(scope, "two"), first);
  EXPECT_EQ(cache.get(scope, "two"), derive_signing_key("two", "20260102", "us-east-1", "bedrock"));
  for (std::size_t i = 0; i < 2 * SigningKeyCache::kEntriesMax; ++i) {
    scope.region = fmt::format("region-{}", i);
    cache.get(scope, "one");
    ASSERT_LE(cache.size(), SigningKeyCache::kEntriesMax);
  }
}

}  // namespace
}  // namespace bedplate::identity
