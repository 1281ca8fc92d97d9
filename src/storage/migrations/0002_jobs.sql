-- Durable work (docs/jobs.md). Whoever holds a job's lease works on it, until `ready_ms`.
CREATE TABLE jobs (
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  account_id TEXT NOT NULL,
  region TEXT NOT NULL,
  priority INTEGER NOT NULL,
  ready_ms INTEGER NOT NULL,
  holder TEXT NOT NULL,
  lease INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  attempts_max INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  document TEXT NOT NULL,
  checkpoint TEXT NOT NULL,
  last_error TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX jobs_by_ready ON jobs (ready_ms, kind);
CREATE INDEX jobs_by_holder ON jobs (holder) WHERE holder <> '';

-- Whose turn it is: the account that was served longest ago.
CREATE TABLE job_turns (
  account_id TEXT NOT NULL,
  turn INTEGER NOT NULL,
  PRIMARY KEY (account_id)
);

-- What a job has put out so far, in pieces that are written together with its checkpoint.
CREATE TABLE job_parts (
  job_id TEXT NOT NULL,
  stream INTEGER NOT NULL,
  number INTEGER NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (job_id, stream, number)
);
