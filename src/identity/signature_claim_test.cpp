#include "identity/signature_claim.hpp"

#include "identity/identity_test_fixture.hpp"

namespace bedplate::identity {
namespace {

wire::Request with_authorization(const std::string& value) {
  wire::Request request = converse_request();
  request.headers.add("x-amz-date", std::string(kTestNow));
  request.headers.add("Authorization", value);
  return request;
}

wire::Request with_query(const std::string& query) {
  wire::Request request = converse_request();
  request.target += "?" + query;
  return request;
}

constexpr const char* kCredential = "AKID/20260102/us-east-1/bedrock/aws4_request";

TEST(SignatureClaim, ReadsTheHeaderWithAnySeparator) {
  for (const char* form : {"AWS4-HMAC-SHA256 Credential={}, SignedHeaders=host, Signature=ab",
                           "AWS4-HMAC-SHA256 Credential={},SignedHeaders=host,Signature=ab",
                           "AWS4-HMAC-SHA256   Signature=ab Credential={}  SignedHeaders=host "}) {
    const auto claim =
        read_signature_claim(with_authorization(fmt::format(fmt::runtime(form), kCredential)));
    ASSERT_TRUE(claim) << form;
    EXPECT_EQ(claim->credential, kCredential);
    EXPECT_EQ(claim->signed_headers, std::vector<std::string>{"host"});
    EXPECT_EQ(claim->signature, "ab");
    EXPECT_FALSE(claim->in_query);
  }
}

TEST(SignatureClaim, FindsNoneInOtherSchemes) {
  for (const char* value : {"", "Bearer AWS4-HMAC-SHA256",
                            "Basic QWxhZGRpbg==", "aws4-hmac-sha256 x", "AWS AKID:signature"}) {
    EXPECT_FALSE(read_signature_claim(with_authorization(value))) << value;
  }
  EXPECT_FALSE(read_signature_claim(converse_request()));
}

TEST(SignatureClaim, NamesEveryMissingPartOfTheHeader) {
  wire::Request request = converse_request();
  request.headers.add("Authorization", "AWS4-HMAC-SHA256");
  const ApiError error = error_of([&] { read_signature_claim(request); });
  EXPECT_EQ(error.type, "IncompleteSignatureException");
  EXPECT_EQ(error.http_status, 403);
  EXPECT_EQ(error.what(),
            "Authorization header requires 'Credential' parameter. Authorization header requires "
            "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
            "(Hashed with SHA-256 and encoded with Base64) Authorization=" +
                base64_encode(as_view(sha256("AWS4-HMAC-SHA256"))));
}

TEST(SignatureClaim, RefusesPiecesWithoutAnEqualSign) {
  const std::string header = "AWS4-HMAC-SHA256 Credential= AKID/x, SignedHeaders=host, Signature=a";
  EXPECT_EQ(error_of([&] { read_signature_claim(with_authorization(header)); }).what(),
            "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with "
            "SHA-256 and encoded with Base64): '" +
                base64_encode(as_view(sha256(header))) + "'.");
  EXPECT_TRUE(starts_with(
      error_of([&] { read_signature_claim(with_authorization("AWS4-HMAC=x Signature=a")); }),
      "Authorization header must begin with the algorithm name"));
}

TEST(SignatureClaim, RefusesTwoOfAKind) {
  const std::string header =
      fmt::format("AWS4-HMAC-SHA256 Credential={}, SignedHeaders=host, Signature=ab", kCredential);
  wire::Request request = with_authorization(header);
  request.headers.add("authorization", header);
  EXPECT_EQ(error_of([&] { read_signature_claim(request); }).type, "IncompleteSignatureException");
  request = with_authorization(header + ", Signature=cd");
  EXPECT_EQ(error_of([&] { read_signature_claim(request); }).type, "IncompleteSignatureException");
  request = with_authorization(header);
  request.headers.add("X-Amz-Date", std::string(kTestNow));
  EXPECT_EQ(error_of([&] { read_signature_claim(request); }).type, "IncompleteSignatureException");
  request = with_authorization(header);
  request.target += "?X-Amz-Algorithm=AWS4-HMAC-SHA256";
  const ApiError both = error_of([&] { read_signature_claim(request); });
  EXPECT_EQ(both.type, "InvalidSignatureException");
  EXPECT_STREQ(both.what(),
               "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP "
               "header.");
}

TEST(SignatureClaim, BoundsTheNumberOfSignedHeaders) {
  std::string names = "host";
  for (int i = 0; i < 200; ++i) names += fmt::format(";h{}", i);
  const wire::Request request = with_authorization(fmt::format(
      "AWS4-HMAC-SHA256 Credential={}, SignedHeaders={}, Signature=ab", kCredential, names));
  EXPECT_EQ(error_of([&] { read_signature_claim(request); }).type, "IncompleteSignatureException");
}

TEST(SignatureClaim, ReadsTheQuery) {
  const auto claim = read_signature_claim(with_query(
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20260102%2Fus-east-1%2Fbedrock%2F"
      "aws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Ba&"
      "X-Amz-Security-Token=a%2Bb%3D&X-Amz-Signature=ab"));
  ASSERT_TRUE(claim);
  EXPECT_TRUE(claim->in_query);
  EXPECT_EQ(claim->credential, kCredential);
  EXPECT_EQ(claim->expires_seconds, "60");
  EXPECT_EQ(claim->session_token, "a+b=");
  EXPECT_EQ(claim->signed_headers, (std::vector<std::string>{"a", "host"}));
}

TEST(SignatureClaim, NamesEveryMissingPartOfTheQuery) {
  EXPECT_STREQ(
      error_of([&] { read_signature_claim(with_query("X-Amz-Algorithm=&X-Amz-Date=x")); }).what(),
      "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters "
      "must "
      "include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS "
      "query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string "
      "parameters.");
}

TEST(ClaimedScope, IsReadWithoutProof) {
  EXPECT_EQ(claimed_scope(with_authorization(fmt::format(
                              "AWS4-HMAC-SHA256 Credential={}, SignedHeaders=host", kCredential)))
                ->region,
            "us-east-1");
  EXPECT_EQ(
      claimed_scope(with_query("X-Amz-Credential=AKID%2F20260102%2Feu-west-1%2Fs3%2Faws4_request"))
          ->service,
      "s3");
  EXPECT_FALSE(claimed_scope(converse_request()));
  EXPECT_FALSE(claimed_scope(with_authorization("AWS4-HMAC-SHA256 Credential=a/b")));
  EXPECT_FALSE(claimed_scope(with_query("X-Amz-Credential=a&X-Amz-Credential=b")));
}

TEST(SignatureDate, ReadsBothForms) {
  const auto date = [](std::string_view text, bool in_query) {
    SignatureClaim claim;
    claim.date = text;
    claim.in_query = in_query;
    return parse_signature_date(claim);
  };
  EXPECT_EQ(date("20260102T030405Z", false), parse_amz_date(kTestNow));
  EXPECT_EQ(date("20260102T030405Z", true), parse_amz_date(kTestNow));
  EXPECT_EQ(date("Fri, 02 Jan 2026 03:04:05 GMT", false), parse_amz_date(kTestNow));
  EXPECT_FALSE(date("Fri, 02 Jan 2026 03:04:05 GMT", true)) << "a query has the basic form only";
  for (const char* text : {"", "Fri, 02 Jan 2026 03:04:05 CET", "Fri, 32 Jan 2026 03:04:05 GMT",
                           "Fri, 02 Jan 2026 03:04:05 GMTx", "20260102T030405", "00000101T000000Z",
                           "19691231T235959Z", "28260102T030405Z", "99991231T235959Z"}) {
    EXPECT_FALSE(date(text, false)) << text;
  }
}

}  // namespace
}  // namespace bedplate::identity
