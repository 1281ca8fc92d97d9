// A request in, a principal out: the one place that decides who is calling.
// Which error answers what, with sources: docs/authentication.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "identity/credential_store.hpp"
#include "identity/directory.hpp"
#include "identity/open_sessions.hpp"
#include "identity/principal.hpp"
#include "identity/signature_verifier.hpp"
#include "wire/http.hpp"

namespace bedplate::identity {

struct AuthenticatorOptions {
  /// Authentication off: everybody is the administrator. Only for a listener on loopback, which the
  /// application makes sure of.
  bool allow_anonymous = false;
  /// The region of callers whose credentials name none.
  std::string default_region = "us-east-1";
};

/// What the addressed service accepts.
struct ServiceRules {
  /// Signing names in the credential scope; the first is named in errors. Empty: any.
  std::vector<std::string> signing_names{"bedrock"};
  /// Bedrock and Bedrock Runtime take API keys; Agents, Agents Runtime and other services do not.
  bool bearer_allowed = true;
  /// The paths of OpenAI's and Anthropic's APIs also take the API key in `x-api-key`.
  bool x_api_key_allowed = false;
  /// IAM refuses a user's temporary keys that were got without an MFA code, and here all were; and
  /// those of federated users in any case.
  bool user_sessions_allowed = true;
};

struct Authentication {
  Principal principal;
  PayloadTrust payload = PayloadTrust::kSigned;
  std::optional<ChunkSigning> chunks = std::nullopt;  ///< kChunked
};

/// Safe from every thread, and never waits: what it knows beside `store` is in the directory.
class Authenticator {
 public:
  /// `clock` and `directory` outlive it. Without a directory there is nobody but the
  /// administrator of `store`.
  Authenticator(std::shared_ptr<const CredentialStore> store, const Clock& clock,
                AuthenticatorOptions options = {}, const CurrentDirectory* directory = nullptr);

  /// Throws an ApiError as AWS would answer.
  Principal authenticate(const wire::Request& request, const ServiceRules& rules = {}) const;

  /// The same, and how far the body can be trusted: S3 needs to know.
  Authentication authenticate_with_payload(const wire::Request& request,
                                           const ServiceRules& rules) const;

 private:
  /// Whose an access key is, with its secret.
  struct KeyHolder {
    Principal principal;
    std::string secret;
  };

  Principal anonymous(const wire::Request& request) const;
  Authentication by_signature(const wire::Request& request, const SignatureClaim& claim,
                              const VerifyOptions& options) const;
  std::optional<KeyHolder> holder_of(const std::string& access_key_id,
                                     const std::string& session_token) const;
  std::optional<KeyHolder> holder_of_session(const std::string& access_key_id,
                                             const std::string& session_token) const;
  bool identify_session(const OpenSession& session, Principal& principal) const;
  Principal by_api_key(std::string_view key) const;
  Principal by_long_term_key(std::string_view key) const;
  Principal by_short_term_key(std::string_view key) const;
  std::shared_ptr<const Directory> directory() const;

  std::shared_ptr<const CredentialStore> store_;
  const Clock& clock_;
  AuthenticatorOptions options_;
  const CurrentDirectory* directory_;
  SignatureVerifier verifier_;
  mutable OpenSessions sessions_;
};

}  // namespace bedplate::identity
