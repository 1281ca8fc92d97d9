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

Principal principal_of(const User& user, Principal::Kind kind) {
  Principal principal;
  principal.kind = kind;
  principal.account_id = user.record().account_id;
  principal.arn = user.stored->arn;
  principal.user_name = user.record().name;
  principal.entity_id = user.record().id;
  principal.caller = user.caller;
  principal.policies = user.policies;
  return principal;
}

void take_identity(const SessionIdentity& identity, const SessionClaims& claims,
                   Principal& principal) {
  principal.kind = Principal::Kind::kSession;
  principal.account_id = claims.account_id;
  principal.arn = identity.caller->arn;
  principal.user_name =
      claims.type == SessionClaims::Type::kUser ? identity.caller->user_name : claims.user_name;
  principal.entity_id = claims.entity_id;
  principal.caller = identity.caller;
  principal.policies = identity.policies;
}

}  // namespace

Authenticator::Authenticator(std::shared_ptr<const CredentialStore> store, const Clock& clock,
                             AuthenticatorOptions options, const CurrentDirectory* directory)
    : store_(std::move(store)),
      clock_(clock),
      options_(std::move(options)),
      directory_(directory),
      verifier_(clock) {}

std::shared_ptr<const Directory> Authenticator::directory() const {
  static const auto kNobody = std::make_shared<const Directory>(Directory::Accounts{}, 0);
  return directory_ == nullptr ? kNobody : directory_->get();
}

Principal Authenticator::authenticate(const wire::Request& request,
                                      const ServiceRules& rules) const {
  return authenticate_with_payload(request, rules).principal;
}

Authentication Authenticator::authenticate_with_payload(const wire::Request& request,
                                                        const ServiceRules& rules) const {
  if (options_.allow_anonymous) return {anonymous(request), PayloadTrust::kUnsigned};
  if (const std::optional<SignatureClaim> claim = read_signature_claim(request)) {
    Authentication result = by_signature(request, *claim, {rules.signing_names});
    const bool of_user = result.principal.is_user_session() || result.principal.is_federated();
    if (!rules.user_sessions_allowed && of_user) {
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
  const FindSecret find_secret = [&](const std::string& id) -> std::optional<std::string> {
    std::optional<KeyHolder> holder = holder_of(id, claim.session_token);
    if (!holder) return std::nullopt;
    principal = std::move(holder->principal);
    return std::move(holder->secret);
  };
  VerifiedSignature verified = verifier_.verify(request, claim, find_secret, options);
  if (principal.session && clock_.now() >= principal.session->expires) {
    throw errors::expired_token();
  }
  principal.access_key_id = std::move(verified.scope.access_key_id);
  principal.region = std::move(verified.scope.region);
  return {std::move(principal), verified.payload, std::move(verified.chunks)};
}

std::optional<Authenticator::KeyHolder> Authenticator::holder_of(
    const std::string& access_key_id, const std::string& session_token) const {
  if (access_key_id.starts_with(kTemporaryKeyPrefix)) {
    return holder_of_session(access_key_id, session_token);
  }
  if (!session_token.empty()) return std::nullopt;
  if (const StoredAccessKey* key = store_->find_access_key(access_key_id)) {
    return KeyHolder{store_->principal_of(key->user_name, Principal::Kind::kAccessKey),
                     key->secret_access_key};
  }
  const std::shared_ptr<const Directory> all = directory();
  const Directory::AccessKey* found = all->find_access_key(access_key_id);
  if (found == nullptr || !found->key->active || found->secret->empty() ||
      found->account->record().closed) {
    return std::nullopt;
  }
  return KeyHolder{principal_of(*found->user, Principal::Kind::kAccessKey), *found->secret};
}

// Temporary keys are known by their token, which must be sealed by us and belong to the key.
std::optional<Authenticator::KeyHolder> Authenticator::holder_of_session(
    const std::string& access_key_id, const std::string& session_token) const {
  const auto session = sessions_.open(store_->sessions(), session_token);
  if (!session || session->claims()->access_key_id != access_key_id) return std::nullopt;
  KeyHolder holder;
  if (!identify_session(*session, holder.principal)) return std::nullopt;
  holder.secret = store_->sessions().secret_of(access_key_id);
  return holder;
}

bool Authenticator::identify_session(const OpenSession& session, Principal& principal) const {
  const SessionClaims& claims = *session.claims();
  if (claims.entity_id.empty()) {
    if (claims.account_id != store_->account_id()) return false;
    if (claims.type != SessionClaims::Type::kFederated) {
      principal = store_->principal_of(claims.user_name, Principal::Kind::kSession);
    } else {
      const Principal user =
          store_->principal_of(std::string(kAdministrator), Principal::Kind::kSession);
      take_identity(session.federated(*user.caller, administrator_policies(),
                                      directory()->find_account(claims.account_id)),
                    claims, principal);
    }
  } else {
    const std::shared_ptr<const Account> account = directory()->find_account(claims.account_id);
    if (account && account->record().closed) return false;
    const std::shared_ptr<const SessionIdentity> identity = session.identity(account);
    if (!identity) return false;
    take_identity(*identity, claims, principal);
  }
  principal.session = session.claims();
  return true;
}

Principal Authenticator::by_api_key(std::string_view key) const {
  if (key.starts_with(kShortTermKeyPrefix)) return by_short_term_key(key);
  if (!key.starts_with(kLongTermKeyPrefix)) {
    throw errors::invalid_api_key("Invalid API Key format: Must start with pre-defined prefix");
  }
  Principal principal = by_long_term_key(key);
  principal.api_key_type = Principal::ApiKeyType::kLongTerm;
  principal.region = options_.default_region;
  return principal;
}

Principal Authenticator::by_long_term_key(std::string_view key) const {
  Principal principal;
  if (const StoredApiKey* stored = store_->find_api_key(key)) {
    principal = store_->principal_of(stored->user_name, Principal::Kind::kApiKey);
    principal.access_key_id = stored->name;
    return principal;
  }
  const std::shared_ptr<const Directory> all = directory();
  const Directory::ApiKey* found = all->find_api_key(long_term_key_digest(key));
  if (found == nullptr || !found->key->active || found->account->record().closed) {
    throw errors::invalid_api_key();
  }
  if (found->key->expires_ms &&
      clock_.now().time_since_epoch().count() >= *found->key->expires_ms) {
    throw expired_api_key();
  }
  principal = principal_of(*found->user, Principal::Kind::kApiKey);
  principal.access_key_id = found->key->alias;
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
    result.principal.api_key_type = Principal::ApiKeyType::kShortTerm;
    return std::move(result.principal);
  } catch (const ApiError& error) {
    // What is wrong inside the key is not the caller's business, except that its time is over.
    if (error.type == "ExpiredTokenException") throw expired_api_key();
    throw errors::invalid_api_key();
  }
}

}  // namespace bedplate::identity
