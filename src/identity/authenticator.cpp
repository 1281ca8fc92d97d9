#include "identity/authenticator.hpp"

#include <charconv>

#include "base/api_error.hpp"
#include "identity/api_key.hpp"

namespace bedplate::identity {
namespace {

constexpr std::string_view kBearer = "bearer";

// The token behind "Bearer ", with any number of blanks; nothing when the scheme is another.
std::optional<std::string_view> bearer_token(std::string_view header) {
  if (header.size() <= kBearer.size() || header[kBearer.size()] != ' ' ||
      !wire::equal_ignoring_case(header.substr(0, kBearer.size()), kBearer)) {
    return std::nullopt;
  }
  header.remove_prefix(kBearer.size());
  while (header.starts_with(' ')) header.remove_prefix(1);
  while (header.ends_with(' ')) header.remove_suffix(1);
  return header;
}

bool has_expired(const SignatureClaim& claim, Timestamp now) {
  const std::optional<Timestamp> date = parse_signature_date(claim);
  const std::string& text = claim.expires_seconds.value_or("");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!date || error != std::errc{} || end != text.data() + text.size()) return false;
  return now > *date + std::chrono::seconds(seconds);
}

std::optional<SignatureClaim> claim_of(const wire::Request& request) {
  try {
    return read_signature_claim(request);
  } catch (const ApiError&) {
    return std::nullopt;
  }
}

ApiError expired_api_key() {
  return errors::not_authorized("Bearer Token has expired");
}

// Temporary keys are known by their token, which must be sealed by us and belong to the key.
std::optional<SessionClaims> open_session(const CredentialStore& store, const std::string& token,
                                          const std::string& access_key_id) {
  std::optional<SessionClaims> session = store.sessions().open(token);
  if (!session || session->access_key_id != access_key_id) return std::nullopt;
  if (session->account_id != store.account_id()) return std::nullopt;
  return session;
}

Principal session_principal(const SessionClaims& session) {
  Principal principal;
  principal.kind = Principal::Kind::kSession;
  principal.account_id = session.account_id;
  principal.arn = session.arn;
  principal.user_name = session.user_name;
  return principal;
}

}  // namespace

Authenticator::Authenticator(std::shared_ptr<const CredentialStore> store, const Clock& clock,
                             AuthenticatorOptions options)
    : store_(std::move(store)), clock_(clock), options_(std::move(options)), verifier_(clock) {}

Principal Authenticator::authenticate(const wire::Request& request,
                                      const ServiceRules& rules) const {
  return authenticate_with_payload(request, rules).principal;
}

Authentication Authenticator::authenticate_with_payload(const wire::Request& request,
                                                        const ServiceRules& rules) const {
  if (options_.allow_anonymous) return {anonymous(request), PayloadTrust::kUnsigned};
  if (const std::optional<SignatureClaim> claim = read_signature_claim(request)) {
    Authentication result = by_signature(request, *claim, {rules.signing_names});
    if (!rules.user_sessions_allowed && result.principal.is_user_session()) {
      throw errors::unrecognized_client();
    }
    return result;
  }
  const std::string_view header = request.headers.get("authorization");
  const std::string_view x_api_key = request.headers.get("x-api-key");
  if (header.empty() && rules.x_api_key_allowed && !x_api_key.empty()) {
    return {by_api_key(x_api_key), PayloadTrust::kUnsigned};
  }
  if (!rules.bearer_allowed) throw errors::missing_authentication_token();
  if (header.empty()) throw errors::not_authorized("Authorization header is missing");
  const std::optional<std::string_view> token = bearer_token(header);
  if (!token) throw errors::missing_authentication_token();
  return {by_api_key(*token), PayloadTrust::kUnsigned};
}

Principal Authenticator::anonymous(const wire::Request& request) const {
  Principal principal =
      store_->principal_of(std::string(kAdministrator), Principal::Kind::kAnonymous);
  const std::optional<CredentialScope> scope = claimed_scope(request);
  principal.region =
      scope && is_region_name(scope->region) ? scope->region : options_.default_region;
  return principal;
}

Authentication Authenticator::by_signature(const wire::Request& request,
                                           const SignatureClaim& claim,
                                           const VerifyOptions& options) const {
  Principal principal;
  std::optional<Timestamp> expires;
  const FindSecret find_secret = [&](const std::string& id) -> std::optional<std::string> {
    if (id.starts_with(kTemporaryKeyPrefix)) {
      const std::optional<SessionClaims> session = open_session(*store_, claim.session_token, id);
      if (!session) return std::nullopt;
      principal = session_principal(*session);
      expires = session->expires;
      return store_->sessions().secret_of(id);
    }
    const StoredAccessKey* key = store_->find_access_key(id);
    if (!key || !claim.session_token.empty()) return std::nullopt;
    principal = store_->principal_of(key->user_name, Principal::Kind::kAccessKey);
    return key->secret_access_key;
  };
  VerifiedSignature verified = verifier_.verify(request, claim, find_secret, options);
  if (expires && clock_.now() >= *expires) throw errors::expired_token();
  principal.access_key_id = std::move(verified.scope.access_key_id);
  principal.region = std::move(verified.scope.region);
  return {std::move(principal), verified.payload};
}

Principal Authenticator::by_api_key(std::string_view key) const {
  if (key.starts_with(kShortTermKeyPrefix)) return by_short_term_key(key);
  if (!key.starts_with(kLongTermKeyPrefix)) {
    throw errors::invalid_api_key("Invalid API Key format: Must start with pre-defined prefix");
  }
  const StoredApiKey* stored = store_->find_api_key(key);
  if (!stored) throw errors::invalid_api_key();
  Principal principal = store_->principal_of(stored->user_name, Principal::Kind::kApiKey);
  principal.access_key_id = stored->name;
  principal.region = options_.default_region;
  return principal;
}

Principal Authenticator::by_short_term_key(std::string_view key) const {
  const std::optional<wire::Request> request = read_short_term_key(key);
  const std::optional<SignatureClaim> claim = request ? claim_of(*request) : std::nullopt;
  if (!claim) throw errors::invalid_api_key();
  if (has_expired(*claim, clock_.now())) throw expired_api_key();
  try {
    Authentication result = by_signature(*request, *claim, {{"bedrock"}});
    result.principal.kind = Principal::Kind::kApiKey;
    return std::move(result.principal);
  } catch (const ApiError& error) {
    // What is wrong inside the key is not the caller's business, except that its time is over.
    if (error.type == "ExpiredTokenException") throw expired_api_key();
    throw errors::invalid_api_key();
  }
}

}  // namespace bedplate::identity
