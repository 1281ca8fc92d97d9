// Any text behind `Authorization: Bearer`, and any session token: only what this server made opens.

#include <cstdlib>

#include "base/api_error.hpp"
#include "identity/api_key.hpp"
#include "identity/authenticator.hpp"

namespace {

using namespace bedplate;
using namespace bedplate::identity;

class FixedClock final : public Clock {
 public:
  Timestamp now() const override { return *parse_amz_date("20260102T030405Z"); }
};

const FixedClock kClock;
const AccessKey kKey{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};

std::shared_ptr<const CredentialStore> store() {
  Credentials credentials;
  credentials.account_id = "123456789012";
  credentials.session_key = std::string(32, 'k');
  credentials.access_keys.push_back({kKey.id, kKey.secret, "administrator", true, "-"});
  credentials.api_keys.push_back(
      {"key", long_term_key_digest("ABSKtest"), "administrator", true, "-", std::nullopt});
  return std::make_shared<const CredentialStore>(std::move(credentials));
}

// The signature of the key in corpus/bearer/short-term.
std::string genuine_signature() {
  const std::string key =
      generate_short_term_key(kKey, "us-east-1", kClock.now(), std::chrono::seconds(3600));
  const std::string url = *base64_decode(std::string_view(key).substr(kShortTermKeyPrefix.size()));
  const std::string_view name = "X-Amz-Signature=";
  return url.substr(url.find(name) + name.size(), 64);
}

bool accepted(const Authenticator& authenticator, const std::string& key) {
  wire::Request request;
  request.method = "POST";
  request.target = "/";
  request.headers.add("authorization", "Bearer " + key);
  try {
    authenticator.authenticate(request);
    return true;
  } catch (const ApiError&) {
    return false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<const CredentialStore> credentials = store();
  static const Authenticator authenticator(credentials, kClock);
  static const std::string genuine = genuine_signature();
  const std::string text(reinterpret_cast<const char*>(data), size);
  accepted(authenticator, text);
  // As a key of the right form whose inside is anything: it opens only with the signature that the
  // secret's holder made.
  if (accepted(authenticator, std::string(kShortTermKeyPrefix) + base64_encode(text)) &&
      text.find(genuine) == std::string::npos) {
    std::abort();
  }
  if (credentials->sessions().open(text)) std::abort();
  if (credentials->sessions().open(base64_encode(text))) std::abort();
  return 0;
}
