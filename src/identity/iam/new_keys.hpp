// Access keys as they are made: the only time their secret is seen.
#pragma once

#include "base/clock.hpp"
#include "identity/iam/records.hpp"
#include "identity/secret_sealer.hpp"

namespace bedplate::identity::iam {

struct NewAccessKey {
  AccessKeyRecord record;
  std::string secret;
};

NewAccessKey make_access_key(const SecretSealer& sealer, Timestamp now);

inline std::int64_t milliseconds(Timestamp time) {
  return time.time_since_epoch().count();
}

inline Timestamp timestamp_of(std::int64_t milliseconds) {
  return Timestamp(std::chrono::milliseconds(milliseconds));
}

}  // namespace bedplate::identity::iam
