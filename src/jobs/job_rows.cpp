#include "jobs/job_rows.hpp"

#include <fmt/format.h>

#include "storage/errors.hpp"
#include "storage/sql/connection.hpp"

namespace bedplate::jobs {
namespace {

using storage::Transaction;
namespace sql = storage::sql;

constexpr std::string_view kColumns =
    "j.id, j.kind, j.account_id, j.region, j.priority, j.ready_ms, j.holder, j.lease, j.attempts, "
    "j.attempts_max, j.cancel_requested, j.created_ms, j.document, j.checkpoint, j.last_error";

Job read_job(const sql::Row& row) {
  Job job;
  job.id = row.text(0);
  job.kind = row.text(1);
  job.account_id = row.text(2);
  job.region = row.text(3);
  job.priority = row.integer(4);
  job.ready_ms = row.integer(5);
  job.holder = row.text(6);
  job.lease = row.integer(7);
  job.attempts = row.integer(8);
  job.attempts_max = row.integer(9);
  job.cancel_requested = row.integer(10) != 0;
  job.created_ms = row.integer(11);
  job.document = row.text(12);
  job.checkpoint = row.text(13);
  job.last_error = row.text(14);
  return job;
}

/// `column IN ($n, …)`, the values appended to `parameters`.
std::string one_of(std::string_view column, std::string_view in,
                   const std::vector<std::string>& values,
                   std::vector<sql::Parameter>& parameters) {
  std::string list;
  for (const std::string& value : values) {
    parameters.emplace_back(std::string_view(value));
    list += fmt::format("{}${}", list.empty() ? "" : ", ", parameters.size());
  }
  return fmt::format("{} {} ({})", column, in, list);
}

/// What a server may take, whenever that is.
std::string takeable(const LeaseRequest& request, std::vector<sql::Parameter>& parameters) {
  std::string where = one_of("j.kind", "IN", request.kinds, parameters);
  if (!request.except.empty()) {
    where += " AND " + one_of("j.id", "NOT IN", request.except, parameters);
  }
  return where;
}

void take_turn(Transaction& transaction, const std::string& account_id) {
  transaction.connection().execute(
      "INSERT INTO job_turns (account_id, turn) "
      "VALUES ($1, (SELECT COALESCE(MAX(turn), 0) + 1 FROM job_turns)) "
      "ON CONFLICT (account_id) DO UPDATE SET turn = excluded.turn",
      {account_id});
}

void require_one(std::int64_t changed) {
  if (changed != 1) throw LeaseLost();
}

}  // namespace

void enqueue(Transaction& transaction, const NewJob& job, std::int64_t now_ms) {
  const std::int64_t written = transaction.connection().execute(
      "INSERT INTO jobs (id, kind, account_id, region, priority, ready_ms, holder, lease, "
      "attempts, attempts_max, cancel_requested, created_ms, document, checkpoint, last_error) "
      "VALUES ($1, $2, $3, $4, $5, $6, '', 0, 0, $7, 0, $8, $9, '', '') "
      "ON CONFLICT (id) DO NOTHING",
      {job.id, job.kind, job.account_id, job.region, job.priority, job.ready_ms, job.attempts_max,
       now_ms, job.document});
  if (written == 1) return;
  throw storage::AlreadyExists(storage::AlreadyExists::By::kId,
                               fmt::format("the job {} exists already", job.id));
}

std::optional<Job> find_job(Transaction& transaction, std::string_view id) {
  const sql::Rows rows = transaction.connection().query(
      fmt::format("SELECT {} FROM jobs j WHERE j.id = $1", kColumns), {id});
  if (rows.empty()) return std::nullopt;
  return read_job(rows[0]);
}

bool request_cancel(Transaction& transaction, std::string_view id, std::int64_t now_ms) {
  // One that somebody holds stays theirs: they are told with the next heartbeat at the latest.
  return transaction.connection().execute(
             "UPDATE jobs SET cancel_requested = 1, ready_ms = CASE WHEN holder = '' AND "
             "ready_ms > $2 THEN $2 ELSE ready_ms END WHERE id = $1",
             {id, now_ms}) == 1;
}

bool remove_waiting(Transaction& transaction, std::string_view id) {
  const std::int64_t removed =
      transaction.connection().execute("DELETE FROM jobs WHERE id = $1 AND holder = ''", {id});
  if (removed == 0) return false;
  transaction.connection().execute("DELETE FROM job_parts WHERE job_id = $1", {id});
  return true;
}

std::int64_t append_part(Transaction& transaction, std::string_view job_id, std::int64_t stream,
                         std::string_view content) {
  const sql::Rows rows = transaction.connection().query(
      "INSERT INTO job_parts (job_id, stream, number, content) VALUES ($1, $2, (SELECT "
      "COALESCE(MAX(number), 0) + 1 FROM job_parts WHERE job_id = $1 AND stream = $2), $3) "
      "RETURNING number",
      {job_id, stream, content});
  return rows.at(0).integer(0);
}

std::vector<Part> read_parts(Transaction& transaction, std::string_view job_id, std::int64_t stream,
                             std::int64_t after, std::int64_t limit) {
  std::vector<Part> parts;
  const sql::Rows rows = transaction.connection().query(
      "SELECT number, content FROM job_parts WHERE job_id = $1 AND stream = $2 AND number > $3 "
      "ORDER BY number LIMIT $4",
      {job_id, stream, after, limit});
  for (const sql::Row& row : rows) parts.push_back({row.integer(0), row.text(1)});
  return parts;
}

std::optional<Job> lease_next(Transaction& transaction, const LeaseRequest& request) {
  std::vector<sql::Parameter> parameters{request.now_ms};
  const std::string where = takeable(request, parameters);
  const sql::Rows rows = transaction.connection().query(
      fmt::format("SELECT {} FROM jobs j LEFT JOIN job_turns t ON t.account_id = j.account_id "
                  "WHERE j.ready_ms <= $1 AND {} ORDER BY j.priority DESC, COALESCE(t.turn, 0), "
                  "j.created_ms, j.id LIMIT 1",
                  kColumns, where),
      std::span<const sql::Parameter>(parameters));
  if (rows.empty()) return std::nullopt;
  Job job = read_job(rows[0]);
  job.holder = request.server;
  job.ready_ms = request.lease_ends_ms;
  ++job.lease;
  ++job.attempts;
  transaction.connection().execute(
      "UPDATE jobs SET holder = $2, ready_ms = $3, lease = $4, attempts = $5 WHERE id = $1",
      {job.id, job.holder, job.ready_ms, job.lease, job.attempts});
  take_turn(transaction, job.account_id);
  return job;
}

std::optional<std::int64_t> next_ready_ms(Transaction& transaction, const LeaseRequest& request) {
  std::vector<sql::Parameter> parameters;
  const std::string where = takeable(request, parameters);
  const sql::Rows rows = transaction.connection().query(
      fmt::format("SELECT MIN(j.ready_ms) FROM jobs j WHERE {}", where),
      std::span<const sql::Parameter>(parameters));
  if (rows.empty() || rows[0].is_null(0)) return std::nullopt;
  return rows[0].integer(0);
}

std::vector<Renewal> renew(Transaction& transaction, const std::vector<LeaseId>& leases,
                           std::int64_t lease_ends_ms) {
  std::vector<Renewal> renewals;
  for (const LeaseId& lease : leases) {
    const sql::Rows rows = transaction.connection().query(
        "UPDATE jobs SET ready_ms = $3 WHERE id = $1 AND lease = $2 AND holder <> '' "
        "RETURNING cancel_requested",
        {lease.job_id, lease.lease, lease_ends_ms});
    renewals.push_back({lease.job_id, !rows.empty(), !rows.empty() && rows[0].integer(0) != 0});
  }
  return renewals;
}

void save_checkpoint(Transaction& transaction, const LeaseId& lease, std::string_view checkpoint) {
  require_one(transaction.connection().execute(
      "UPDATE jobs SET checkpoint = $3, attempts = 0, last_error = '' WHERE id = $1 AND "
      "lease = $2 AND holder <> ''",
      {lease.job_id, lease.lease, checkpoint}));
}

void release(Transaction& transaction, const LeaseId& lease, const Release& how) {
  // A run that was broken off through no fault of its own is as if it had not been.
  const std::int64_t uncounted = how.failed ? 0 : 1;
  require_one(transaction.connection().execute(
      "UPDATE jobs SET holder = '', ready_ms = $3, last_error = $4, attempts = CASE WHEN "
      "attempts > $5 THEN attempts - $5 ELSE 0 END WHERE id = $1 AND lease = $2 AND holder <> ''",
      {lease.job_id, lease.lease, how.ready_ms, how.error, uncounted}));
}

void finish(Transaction& transaction, const LeaseId& lease) {
  require_one(transaction.connection().execute(
      "DELETE FROM jobs WHERE id = $1 AND lease = $2 AND holder <> ''",
      {lease.job_id, lease.lease}));
  transaction.connection().execute("DELETE FROM job_parts WHERE job_id = $1", {lease.job_id});
}

std::int64_t release_all_of(Transaction& transaction, std::string_view server,
                            std::int64_t now_ms) {
  return transaction.connection().execute(
      "UPDATE jobs SET holder = '', ready_ms = $2 WHERE holder = $1", {server, now_ms});
}

}  // namespace bedplate::jobs
