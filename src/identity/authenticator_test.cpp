#include "identity/authenticator.hpp"

#include <thread>

#include "identity/api_key.hpp"
#include "identity/identity_test_fixture.hpp"
#include "identity/policy/principals.hpp"
#include "identity/secret_sealer.hpp"

namespace bedplate::identity {
namespace {

class AuthenticatorTest : public ::testing::Test {
 protected:
  AuthenticatorTest() {
    Credentials credentials;
    credentials.account_id = "123456789012";
    credentials.session_key = std::string(32, 'k');
    credentials.access_keys.push_back(
        {kTestKey.id, kTestKey.secret, "administrator", true, "2026-01-01T00:00:00Z"});
    long_term_ = generate_long_term_key(credentials.account_id);
    credentials.api_keys.push_back({long_term_.name, long_term_.sha256, "administrator", true,
                                    "2026-01-01T00:00:00Z", std::nullopt});
    store_ = std::make_shared<const CredentialStore>(std::move(credentials));
    put_rows(known_rows());
  }

  Principal authenticate(const wire::Request& request, const ServiceRules& rules = {}) const {
    return Authenticator(store_, clock_, options_, &directory_).authenticate(request, rules);
  }
  ApiError refusal(const wire::Request& request, const ServiceRules& rules = {}) const {
    return error_of([&] { authenticate(request, rules); });
  }

  static wire::Request with_header(const std::string& name, const std::string& value) {
    wire::Request request = converse_request();
    request.headers.add(name, value);
    return request;
  }
  static wire::Request bearer(const std::string& key) {
    return with_header("Authorization", "Bearer " + key);
  }
  static wire::Request signed_with(const AccessKey& key) {
    wire::Request request = converse_request();
    sign(request, key, bedrock_options());
    return request;
  }
  SessionClaims role_claims(std::chrono::minutes life) const {
    SessionClaims claims;
    claims.type = SessionClaims::Type::kRole;
    claims.account_id = store_->account_id();
    claims.arn = "arn:aws:sts::123456789012:assumed-role/Reader/lab";
    claims.user_name = "lab";
    claims.entity_id = "AROAREADER";
    claims.issued = clock_.now();
    claims.expires = clock_.now() + life;
    return claims;
  }
  SessionCredentials mint(std::chrono::minutes life) const {
    return store_->sessions().mint(role_claims(life));
  }
  static wire::Request signed_by(const SessionCredentials& keys) {
    return signed_with({keys.access_key_id, keys.secret, keys.session_token});
  }

  /// An account with the user ann, who has two access keys and an API key, and the role Reader.
  AccountRows known_rows() const {
    AccountRows rows;
    rows.account.id = "123456789012";
    iam::UserRecord ann;
    ann.account_id = rows.account.id;
    ann.id = "AIDAANN";
    ann.name = "ann";
    ann.path = "/team/";
    ann.tags = {{"team", "lab"}};
    for (const AccessKey& key : {ann_key_, ann_old_key_}) {
      ann.access_keys.push_back({key.id, sealer_.seal(key.secret, key.id), true, 0});
    }
    ann.access_keys[1].active = false;
    iam::ServiceCredentialRecord api_key;
    api_key.id = "ACCAANN";
    api_key.alias = ann_api_key_.name;
    api_key.sha256 = ann_api_key_.sha256;
    api_key.expires_ms = (clock_.now() + std::chrono::hours(24)).time_since_epoch().count();
    ann.service_credentials.push_back(api_key);
    rows.users.emplace("ann", compile(ann, sealer_));
    iam::RoleRecord role;
    role.account_id = rows.account.id;
    role.id = "AROAREADER";
    role.name = "Reader";
    role.tags = {{"team", "library"}, {"floor", "2"}};
    role.trust_policy =
        R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},)"
        R"("Action":"sts:AssumeRole"}})";
    role.inline_policies.emplace("read", R"({"Version":"2012-10-17","Statement":{)"
                                         R"("Effect":"Allow","Action":"*","Resource":"*"}})");
    rows.roles.emplace("Reader", compile(role));
    return rows;
  }
  void put_rows(AccountRows rows) {
    const std::string id = rows.account.id;
    directory_.set(std::make_shared<const Directory>(
        Directory::Accounts{{id, std::make_shared<const Account>(std::move(rows))}}, 1));
  }
  std::string short_term(std::string_view amz_date, std::chrono::seconds life,
                         const AccessKey& key = kTestKey) const {
    return generate_short_term_key(key, "eu-central-1", *parse_amz_date(amz_date), life);
  }

  StillClock clock_{kTestNow};
  AuthenticatorOptions options_;
  SecretSealer sealer_{std::string(32, 's')};
  AccessKey ann_key_{"AKIAANNANNANNANNANN1", "ann's secret", ""};
  AccessKey ann_old_key_{"AKIAANNANNANNANNANN2", "ann's other secret", ""};
  LongTermKey ann_api_key_ = generate_long_term_key("123456789012");
  CurrentDirectory directory_;
  LongTermKey long_term_;
  std::shared_ptr<const CredentialStore> store_;
};

void expect_error(const ApiError& error, std::string_view type, std::string_view text,
                  ErrorOrigin origin) {
  EXPECT_EQ(error.type, type);
  EXPECT_EQ(error.what(), text);
  EXPECT_EQ(error.http_status, 403);
  EXPECT_EQ(error.origin, origin);
}

TEST_F(AuthenticatorTest, AnAccessKeyIsItsUser) {
  const Principal principal = authenticate(signed_with(kTestKey));
  EXPECT_EQ(principal.kind, Principal::Kind::kAccessKey);
  EXPECT_EQ(principal.account_id, "123456789012");
  EXPECT_EQ(principal.arn, "arn:aws:iam::123456789012:user/administrator");
  EXPECT_EQ(principal.user_name, "administrator");
  EXPECT_EQ(principal.access_key_id, kTestKey.id);
  EXPECT_EQ(principal.region, "us-west-2");
}

TEST_F(AuthenticatorTest, APresignedRequestIsItsUserToo) {
  wire::Request request = converse_request();
  presign(request, kTestKey, bedrock_options());
  EXPECT_EQ(authenticate(request).access_key_id, kTestKey.id);
}

TEST_F(AuthenticatorTest, NothingAtAllIsRefusedAsBedrockDoes) {
  expect_error(refusal(converse_request()), "AccessDeniedException",
               "Authorization header is missing", ErrorOrigin::kAuthorization);
  expect_error(refusal(converse_request(), {.bearer_allowed = false}),
               "MissingAuthenticationTokenException", "Missing Authentication Token",
               ErrorOrigin::kAuthentication);
}

TEST_F(AuthenticatorTest, OtherSchemesAreNoAuthentication) {
  for (const char* value : {"Basic QWxhZGRpbg==", "Bearer", "bearer", "AWS AKID:sig", "Bearerx y",
                            "aws4-hmac-sha256 Credential=x", "\xC3\xA9"}) {
    EXPECT_EQ(refusal(with_header("Authorization", value)).type,
              "MissingAuthenticationTokenException")
        << value;
  }
}

TEST_F(AuthenticatorTest, ALongTermKeyIsItsUserInTheDefaultRegion) {
  options_.default_region = "ap-southeast-2";
  const Principal principal = authenticate(bearer(long_term_.value));
  EXPECT_EQ(principal.kind, Principal::Kind::kApiKey);
  EXPECT_EQ(principal.arn, "arn:aws:iam::123456789012:user/administrator");
  EXPECT_EQ(principal.access_key_id, long_term_.name);
  EXPECT_EQ(principal.region, "ap-southeast-2");
  EXPECT_NO_THROW(authenticate(with_header("authorization", "bearer  " + long_term_.value + " ")));
}

TEST_F(AuthenticatorTest, AWrongLongTermKeyIsRefused) {
  for (const std::string& key : {long_term_.value + "A", long_term_.value.substr(0, 40),
                                 std::string("ABSK"), long_term_.value + "\xC3\xA9"}) {
    expect_error(refusal(bearer(key)), "AccessDeniedException",
                 "Authentication failed: Please make sure your API Key is valid.",
                 ErrorOrigin::kAuthorization);
  }
  for (const std::string& key :
       {std::string("sk-1234"), std::string("<authenticated>"), long_term_.sha256}) {
    expect_error(refusal(bearer(key)), "AccessDeniedException",
                 "Invalid API Key format: Must start with pre-defined prefix",
                 ErrorOrigin::kAuthorization);
  }
}

TEST_F(AuthenticatorTest, AShortTermKeyIsItsSignerInItsRegion) {
  const Principal principal =
      authenticate(bearer(short_term("20260101T150410Z", std::chrono::hours(12))));
  EXPECT_EQ(principal.kind, Principal::Kind::kApiKey);
  EXPECT_EQ(principal.access_key_id, kTestKey.id);
  EXPECT_EQ(principal.region, "eu-central-1");
}

TEST_F(AuthenticatorTest, AnExpiredShortTermKeyIsToldSo) {
  expect_error(refusal(bearer(short_term("20260102T020400Z", std::chrono::hours(1)))),
               "AccessDeniedException", "Bearer Token has expired", ErrorOrigin::kAuthorization);
}

TEST_F(AuthenticatorTest, AForgedShortTermKeyIsRefused) {
  const auto expect_invalid = [&](const std::string& key) {
    expect_error(refusal(bearer(key)), "AccessDeniedException",
                 "Authentication failed: Please make sure your API Key is valid.",
                 ErrorOrigin::kAuthorization);
  };
  const std::chrono::seconds hour{3600};
  expect_invalid(short_term(kTestNow, hour, {kTestKey.id, "guessed", ""}));
  expect_invalid(short_term(kTestNow, hour, {"AKIAUNKNOWN", "x", ""}));
  expect_invalid(short_term("20260102T040405Z", hour));  // from the future
  expect_invalid(short_term(kTestNow, std::chrono::hours(13)));
  expect_invalid("bedrock-api-key-");
  std::string url = *base64_decode(short_term(kTestNow, hour).substr(kShortTermKeyPrefix.size()));
  replace_in(url, "eu-central-1", "us-east-1");
  expect_invalid(std::string(kShortTermKeyPrefix) + base64_encode(url));
}

TEST_F(AuthenticatorTest, AShortTermKeyEndsWithItsSession) {
  const SessionCredentials session = mint(std::chrono::minutes(30));
  const AccessKey key{session.access_key_id, session.secret, session.session_token};
  const std::string text = short_term(kTestNow, std::chrono::hours(12), key);
  EXPECT_EQ(authenticate(bearer(text)).arn, "arn:aws:sts::123456789012:assumed-role/Reader/lab");
  clock_.time += std::chrono::minutes(31);
  EXPECT_STREQ(refusal(bearer(text)).what(), "Bearer Token has expired");
}

TEST_F(AuthenticatorTest, BearerIsRefusedWhereTheServiceDoesNotTakeIt) {
  ServiceRules rules;
  rules.bearer_allowed = false;
  EXPECT_EQ(refusal(bearer(long_term_.value), rules).type, "MissingAuthenticationTokenException");
  EXPECT_NO_THROW(authenticate(signed_with(kTestKey), rules));
}

TEST_F(AuthenticatorTest, IamRefusesTheSessionsOfUsers) {
  ServiceRules rules;
  rules.user_sessions_allowed = false;
  SessionClaims user = role_claims(std::chrono::hours(1));
  user.type = SessionClaims::Type::kUser;
  user.entity_id = "AIDAANN";
  const wire::Request of_user = signed_by(store_->sessions().mint(user));
  EXPECT_TRUE(authenticate(of_user).is_user_session());
  EXPECT_EQ(refusal(of_user, rules).type, "UnrecognizedClientException");
  EXPECT_FALSE(authenticate(signed_by(mint(std::chrono::minutes(5))), rules).is_user_session());
  EXPECT_FALSE(authenticate(signed_with(kTestKey), rules).is_user_session());
}

TEST_F(AuthenticatorTest, XApiKeyCountsOnlyWhereTheRulesSaySo) {
  const wire::Request request = with_header("x-api-key", long_term_.value);
  EXPECT_EQ(refusal(request).type, "AccessDeniedException");
  ServiceRules rules;
  rules.x_api_key_allowed = true;
  EXPECT_EQ(authenticate(request, rules).kind, Principal::Kind::kApiKey);
  wire::Request both = signed_with(kTestKey);
  both.headers.add("x-api-key", "wrong");
  EXPECT_EQ(authenticate(both, rules).kind, Principal::Kind::kAccessKey)
      << "Authorization goes first";
  EXPECT_EQ(refusal(with_header("x-api-key", "ABSKwrong"), rules).type, "AccessDeniedException");
}

TEST_F(AuthenticatorTest, ASessionActsAsItsRoleUntilItExpires) {
  const SessionCredentials session = mint(std::chrono::minutes(15));
  const AccessKey key{session.access_key_id, session.secret, session.session_token};
  const Principal principal = authenticate(signed_with(key));
  EXPECT_EQ(principal.kind, Principal::Kind::kSession);
  EXPECT_EQ(principal.arn, "arn:aws:sts::123456789012:assumed-role/Reader/lab");
  EXPECT_EQ(principal.access_key_id, session.access_key_id);

  const SessionCredentials over = mint(std::chrono::minutes(0));
  expect_error(refusal(signed_with({over.access_key_id, over.secret, over.session_token})),
               "ExpiredTokenException", "The security token included in the request is expired",
               ErrorOrigin::kAuthentication);
}

TEST_F(AuthenticatorTest, ASessionNeedsItsOwnToken) {
  const SessionCredentials one = mint(std::chrono::minutes(15));
  const SessionCredentials other = mint(std::chrono::minutes(15));
  for (const std::string& token : {std::string(), std::string("junk"), other.session_token,
                                   one.session_token.substr(0, one.session_token.size() - 4)}) {
    expect_error(
        refusal(signed_with({one.access_key_id, one.secret, token})), "UnrecognizedClientException",
        "The security token included in the request is invalid.", ErrorOrigin::kAuthentication);
  }
  EXPECT_EQ(refusal(signed_with({one.access_key_id, "guessed", one.session_token})).type,
            "InvalidSignatureException");
  EXPECT_EQ(refusal(signed_with({kTestKey.id, kTestKey.secret, one.session_token})).type,
            "UnrecognizedClientException")
      << "a user's key takes no token";
  SessionClaims stranger = role_claims(std::chrono::hours(1));
  stranger.account_id = "999999999999";
  const SessionCredentials foreign = store_->sessions().mint(stranger);
  EXPECT_EQ(
      refusal(signed_with({foreign.access_key_id, foreign.secret, foreign.session_token})).type,
      "UnrecognizedClientException")
      << "a session of another account";
}

TEST_F(AuthenticatorTest, AUserOfTheDirectoryComesWithItsPolicies) {
  const Principal principal = authenticate(signed_with(ann_key_));
  EXPECT_EQ(principal.arn, "arn:aws:iam::123456789012:user/team/ann");
  EXPECT_EQ(principal.user_name, "ann");
  EXPECT_EQ(principal.entity_id, "AIDAANN");
  ASSERT_TRUE(principal.caller && principal.policies);
  EXPECT_EQ(principal.caller->unique_id, "AIDAANN");
  EXPECT_EQ(principal.caller->tags.front().second, "lab");
  EXPECT_FALSE(authenticate(signed_with(kTestKey)).policies) << "the administrator";
}

TEST_F(AuthenticatorTest, AnInactiveKeyIsAsUnknownAsNone) {
  for (const AccessKey& key :
       {ann_old_key_, AccessKey{"AKIANOBODY", "x", ""}, AccessKey{ann_key_.id, "x", "token"}}) {
    expect_error(refusal(signed_with(key)), "UnrecognizedClientException",
                 "The security token included in the request is invalid.",
                 ErrorOrigin::kAuthentication);
  }
  EXPECT_EQ(refusal(signed_with({ann_key_.id, ann_old_key_.secret, ""})).type,
            "InvalidSignatureException");
}

TEST_F(AuthenticatorTest, AnApiKeyOfAUserEndsInTime) {
  const Principal principal = authenticate(bearer(ann_api_key_.value));
  EXPECT_EQ(principal.user_name, "ann");
  EXPECT_EQ(principal.api_key_type, Principal::ApiKeyType::kLongTerm);
  EXPECT_EQ(principal.access_key_id, ann_api_key_.name);
  clock_.time += std::chrono::hours(24);
  EXPECT_STREQ(refusal(bearer(ann_api_key_.value)).what(), "Bearer Token has expired");
}

TEST_F(AuthenticatorTest, NothingOfADeletedUserOrRoleWorks) {
  const SessionCredentials of_role = mint(std::chrono::minutes(15));
  SessionClaims claims = role_claims(std::chrono::minutes(15));
  claims.type = SessionClaims::Type::kUser;
  claims.entity_id = "AIDAANN";
  const SessionCredentials of_user = store_->sessions().mint(claims);
  const Authenticator authenticator(store_, clock_, options_, &directory_);
  EXPECT_NO_THROW(authenticator.authenticate(signed_by(of_role)));
  EXPECT_NO_THROW(authenticator.authenticate(signed_by(of_user)));
  AccountRows rows = known_rows();
  rows.users.clear();
  rows.roles.clear();
  put_rows(std::move(rows));
  for (const wire::Request& request :
       {signed_by(of_role), signed_by(of_user), signed_with(ann_key_)}) {
    EXPECT_EQ(error_of([&] { authenticator.authenticate(request); }).type,
              "UnrecognizedClientException");
  }
  EXPECT_EQ(refusal(bearer(ann_api_key_.value)).type, "AccessDeniedException");
}

TEST_F(AuthenticatorTest, NothingOfAClosedAccountWorks) {
  AccountRows rows = known_rows();
  rows.account.closed = true;
  put_rows(std::move(rows));
  for (const wire::Request& request :
       {signed_by(mint(std::chrono::minutes(15))), signed_with(ann_key_)}) {
    EXPECT_EQ(refusal(request).type, "UnrecognizedClientException");
  }
  EXPECT_EQ(refusal(bearer(ann_api_key_.value)).type, "AccessDeniedException");
}

TEST_F(AuthenticatorTest, ARolesSessionHasItsTagsAndPolicies) {
  SessionClaims claims = role_claims(std::chrono::minutes(15));
  claims.tags = {{"Team", "guest"}};
  claims.source_identity = "ann";
  claims.policy = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",)"
                  R"("Action":"bedrock:*","Resource":"*"}})";
  claims.policy_arns = {"arn:aws:iam::aws:policy/AmazonBedrockReadOnly",
                        "arn:aws:iam::123456789012:policy/gone"};
  const Principal principal = authenticate(signed_by(store_->sessions().mint(claims)));
  ASSERT_TRUE(principal.caller && principal.policies && principal.session);
  EXPECT_EQ(principal.caller->unique_id, "AROAREADER:lab");
  EXPECT_EQ(principal.caller->entity_arn, "arn:aws:iam::123456789012:role/Reader");
  const iam::Tags tags{{"Team", "guest"}, {"floor", "2"}};
  EXPECT_EQ(principal.caller->tags, tags);
  EXPECT_EQ(principal.session->source_identity, "ann");
  EXPECT_EQ(principal.policies->identity.size(), 1u);
  ASSERT_EQ(principal.policies->session.size(), 3u);
  EXPECT_EQ(principal.policies->session[1].name, "AmazonBedrockReadOnly");
  EXPECT_TRUE(principal.policies->session[2].policy->statements().at(0).denies)
      << "a policy that is gone is no reason to allow more";
}

TEST_F(AuthenticatorTest, AFederatedUserHasWhatTheUserAndTheSessionHave) {
  SessionClaims claims = role_claims(std::chrono::minutes(15));
  claims.type = SessionClaims::Type::kFederated;
  claims.arn = "arn:aws:sts::123456789012:federated-user/guest";
  claims.user_name = "guest";
  claims.policy_arns = {"arn:aws:iam::aws:policy/AmazonBedrockReadOnly"};
  for (const char* entity_id : {"AIDAANN", ""}) {  // a user, and the administrator
    claims.entity_id = entity_id;
    const wire::Request request = signed_by(store_->sessions().mint(claims));
    const Principal principal = authenticate(request);
    EXPECT_TRUE(principal.is_federated() && !principal.is_user_session()) << entity_id;
    EXPECT_EQ(principal.arn, claims.arn);
    EXPECT_EQ(principal.entity_id, entity_id);
    ASSERT_TRUE(principal.caller && principal.policies && principal.session);
    EXPECT_EQ(principal.caller->type, policy::Caller::Type::kFederatedUser);
    EXPECT_EQ(principal.caller->unique_id, principal.account_id + ":guest");
    EXPECT_TRUE(principal.caller->entity_arn.find(":user/") != std::string::npos);
    EXPECT_EQ(principal.policies->identity.size(), *entity_id == '\0' ? 1u : 0u)
        << "ann has no policies, the administrator all";
    ASSERT_EQ(principal.policies->session.size(), 1u);
    EXPECT_EQ(principal.policies->session[0].name, "AmazonBedrockReadOnly");
    ServiceRules rules;
    rules.user_sessions_allowed = false;
    EXPECT_EQ(refusal(request, rules).type, "UnrecognizedClientException");
  }
  claims.entity_id = "AIDAGONE";
  EXPECT_EQ(refusal(signed_by(store_->sessions().mint(claims))).type,
            "UnrecognizedClientException");
}

TEST_F(AuthenticatorTest, AnonymousIsTheAdministratorInTheClaimedRegion) {
  options_.allow_anonymous = true;
  options_.default_region = "eu-west-3";
  Principal principal = authenticate(converse_request());
  EXPECT_EQ(principal.kind, Principal::Kind::kAnonymous);
  EXPECT_EQ(principal.user_name, "administrator");
  EXPECT_EQ(principal.access_key_id, "");
  EXPECT_EQ(principal.region, "eu-west-3");
  EXPECT_EQ(authenticate(signed_with({"AKIAWRONG", "wrong", ""})).region, "us-west-2");
  EXPECT_EQ(authenticate(with_header("Authorization", "AWS4-HMAC-SHA256 Credential=x")).region,
            "eu-west-3");
  EXPECT_EQ(authenticate(with_header("Authorization",
                                     "AWS4-HMAC-SHA256 Credential=x/20260102/../s3/aws4_request"))
                .region,
            "eu-west-3");
  EXPECT_NO_THROW(authenticate(bearer("anything")));
}

TEST_F(AuthenticatorTest, ScopeMustNameTheService) {
  EXPECT_STREQ(refusal(signed_with(kTestKey), {.signing_names = {"iam"}}).what(),
               "Credential should be scoped to correct service: 'iam'. ");
  EXPECT_NO_THROW(authenticate(signed_with(kTestKey), {.signing_names = {"iam", "bedrock"}}));
  EXPECT_NO_THROW(authenticate(signed_with(kTestKey), {.signing_names = {}}));
}

TEST_F(AuthenticatorTest, ServesManyThreadsAtOnce) {
  const Authenticator authenticator(store_, clock_);
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 200; ++i) {
          wire::Request request = converse_request();
          SignOptions options = bedrock_options();
          options.region = fmt::format("region-{}", (i + thread) % 50);
          sign(request, kTestKey, options);
          if (authenticator.authenticate(request).region == options.region) ++good;
        }
      });
    }
  }
  EXPECT_EQ(good, 800);
}

TEST_F(AuthenticatorTest, ServesWhileTheDirectoryIsReplaced) {
  const Authenticator authenticator(store_, clock_, options_, &directory_);
  const wire::Request of_user = signed_with(ann_key_);
  const wire::Request of_session = signed_by(mint(std::chrono::minutes(15)));
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 3; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) {
          if (authenticator.authenticate(of_user).policies) ++good;
          if (authenticator.authenticate(of_session).policies) ++good;
        }
      });
    }
    for (int i = 0; i < 100; ++i) put_rows(known_rows());
  }
  EXPECT_EQ(good, 600);
}

}  // namespace
}  // namespace bedplate::identity
