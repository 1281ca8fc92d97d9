// Jobs in the database, within a transaction of the caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/job.hpp"
#include "storage/transaction.hpp"

namespace bedplate::jobs {

/// Writes a job, in the transaction that makes what it is for. Tell JobRunner::notify() after it.
/// Throws storage::AlreadyExists.
void enqueue(storage::Transaction& transaction, const NewJob& job, std::int64_t now_ms);

/// Nothing when there is none of that id, any more.
std::optional<Job> find_job(storage::Transaction& transaction, std::string_view id);

/// Asks whoever runs the job to end it; one that waits is run at once, to be told so. False when
/// there is none. Tell JobRunner::cancel() after it.
bool request_cancel(storage::Transaction& transaction, std::string_view id, std::int64_t now_ms);

/// Takes a job away that nobody works on at the moment, with its parts. False when somebody does,
/// or when there is none.
bool remove_waiting(storage::Transaction& transaction, std::string_view id);

/// Adds a piece of what a job puts out, behind all others of the stream. Call it in the effect of a
/// checkpoint. Returns the piece's number, from 1.
std::int64_t append_part(storage::Transaction& transaction, std::string_view job_id,
                         std::int64_t stream, std::string_view content);

struct Part {
  std::int64_t number = 0;
  std::string content;
};
/// The pieces after number `after`, in order.
std::vector<Part> read_parts(storage::Transaction& transaction, std::string_view job_id,
                             std::int64_t stream, std::int64_t after, std::int64_t limit);

// What the runner does.

/// What a server may take, and by when it has to say that it is still there.
struct LeaseRequest {
  std::string server;
  std::vector<std::string> kinds;
  std::vector<std::string> except;  ///< ids of jobs that it runs already
  std::int64_t now_ms = 0;
  std::int64_t lease_ends_ms = 0;
};
/// Of the jobs that are ready those with the greatest priority; of these one of the account that
/// was served longest ago; of these the oldest.
std::optional<Job> lease_next(storage::Transaction& transaction, const LeaseRequest& request);

/// When lease_next() may have something: a time that may have passed already; nothing: not for now.
std::optional<std::int64_t> next_ready_ms(storage::Transaction& transaction,
                                          const LeaseRequest& request);

/// Which lease, of which job.
struct LeaseId {
  std::string job_id;
  std::int64_t lease = 0;
};

struct Renewal {
  std::string job_id;
  bool held = false;  ///< else the lease is lost
  bool cancel_requested = false;
};
/// A heartbeat.
std::vector<Renewal> renew(storage::Transaction& transaction, const std::vector<LeaseId>& leases,
                           std::int64_t lease_ends_ms);

// These throw LeaseLost.
void save_checkpoint(storage::Transaction& transaction, const LeaseId& lease,
                     std::string_view checkpoint);
struct Release {
  std::int64_t ready_ms = 0;
  bool failed = false;  ///< else the attempt does not count
  std::string error;
};
void release(storage::Transaction& transaction, const LeaseId& lease, const Release& how);
/// Takes the job with all its parts away.
void finish(storage::Transaction& transaction, const LeaseId& lease);

/// Gives back what a server held in an earlier life. Returns how many.
std::int64_t release_all_of(storage::Transaction& transaction, std::string_view server,
                            std::int64_t now_ms);

}  // namespace bedplate::jobs
