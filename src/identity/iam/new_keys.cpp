#include "identity/iam/new_keys.hpp"

#include "identity/credential_ids.hpp"

namespace bedplate::identity::iam {

NewAccessKey make_access_key(const SecretSealer& sealer, Timestamp now) {
  NewAccessKey key;
  key.record.id = generate_access_key_id("AKIA");
  key.record.created_ms = milliseconds(now);
  key.secret = generate_secret_access_key();
  key.record.sealed_secret = sealer.seal(key.secret, key.record.id);
  return key;
}

}  // namespace bedplate::identity::iam
