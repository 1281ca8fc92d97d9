// A piece of durable work, as the database knows it. docs/jobs.md.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace bedplate::jobs {

/// What a job is made of.
struct NewJob {
  std::string id;          ///< unique among all jobs; e.g. that of the resource it is for
  std::string kind;        ///< which handler runs it
  std::string account_id;  ///< whose turn it takes
  std::string region;
  std::int64_t priority = 0;      ///< the greatest goes first
  std::int64_t attempts_max = 5;  ///< runs that fail or die without a new checkpoint
  std::int64_t ready_ms = 0;      ///< not before this time, since 1970
  std::string document = "{}";    ///< JSON that only the handler reads; does not change
};

struct Job {
  std::string id;
  std::string kind;
  std::string account_id;
  std::string region;
  std::int64_t priority = 0;
  std::int64_t ready_ms = 0;  ///< when it may be taken: while somebody has it, the lease's end
  std::string holder;         ///< the server that has the lease; empty: it waits
  std::int64_t lease = 0;     ///< which lease that is: 1 for the first
  std::int64_t attempts = 0;  ///< leases since the last checkpoint, this one included
  std::int64_t attempts_max = 0;
  bool cancel_requested = false;
  std::int64_t created_ms = 0;
  std::string document;
  std::string checkpoint;  ///< empty: none yet
  std::string last_error;  ///< of the run before this one, or empty
};

/// Somebody else has the job now, or it is gone: what was to be written was not written.
class LeaseLost : public std::runtime_error {
 public:
  LeaseLost() : std::runtime_error("the job's lease was lost") {}
};

}  // namespace bedplate::jobs
