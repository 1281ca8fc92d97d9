// How large a batch inference job may be. AWS's numbers are quotas of an account (Service Quotas of
// Amazon Bedrock); an operator sets ours. docs/batch-inference.md.
#pragma once

#include <cstdint>

namespace bedplate::operations {

struct BatchLimits {
  std::int64_t records_min = 1;  ///< of a job; AWS: 100
  std::int64_t records_max = 50'000;
  std::int64_t file_bytes_max = 1'000'000'000;
  std::int64_t job_bytes_max = 5'000'000'000;
  /// Records under way at once for an engine that does not say how many it takes.
  std::int64_t records_at_once = 16;
};

}  // namespace bedplate::operations
