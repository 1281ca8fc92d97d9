-- Schema 2 with rows, as its binary leaves it. Made when the schema was released; never changed.
CREATE TABLE schema_migrations (
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (number)
);
INSERT INTO schema_migrations (number, name) VALUES (1, 'resources');
INSERT INTO schema_migrations (number, name) VALUES (2, 'jobs');

CREATE TABLE resources (
  kind TEXT NOT NULL,
  account_id TEXT NOT NULL,
  region TEXT NOT NULL,
  parent TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  unique_key TEXT,
  state TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  version INTEGER NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (kind, account_id, region, parent, id)
);
CREATE UNIQUE INDEX resources_by_unique_key
  ON resources (kind, account_id, region, unique_key);
CREATE INDEX resources_by_created
  ON resources (kind, account_id, region, parent, created_ms, id);
CREATE INDEX resources_by_name
  ON resources (kind, account_id, region, parent, name, id);
CREATE INDEX resources_by_state
  ON resources (kind, state, account_id, region, parent, created_ms, id) WHERE state <> '';

CREATE TABLE tags (
  account_id TEXT NOT NULL,
  resource_arn TEXT NOT NULL,
  tag_key TEXT NOT NULL,
  tag_value TEXT NOT NULL,
  PRIMARY KEY (account_id, resource_arn, tag_key)
);
CREATE INDEX tags_by_key ON tags (account_id, tag_key, resource_arn);

CREATE TABLE client_tokens (
  account_id TEXT NOT NULL,
  region TEXT NOT NULL,
  operation TEXT NOT NULL,
  token TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  expires_ms INTEGER NOT NULL,
  PRIMARY KEY (account_id, region, operation, token)
);
CREATE INDEX client_tokens_by_expiry ON client_tokens (expires_ms);

CREATE TABLE settings (
  account_id TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (account_id, region, name)
);

CREATE TABLE generations (
  group_name TEXT NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY (group_name)
);

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

CREATE TABLE job_turns (
  account_id TEXT NOT NULL,
  turn INTEGER NOT NULL,
  PRIMARY KEY (account_id)
);

CREATE TABLE job_parts (
  job_id TEXT NOT NULL,
  stream INTEGER NOT NULL,
  number INTEGER NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (job_id, stream, number)
);

INSERT INTO resources (kind, account_id, region, parent, id, name, unique_key, state, created_ms,
  updated_ms, version, document)
  VALUES ('thing', '123456789012', 'us-east-1', '', 'kept', 'Kept through every schema', 'kept',
  'Active', 1700000000000, 1700000000001, 3, '{"a":1}');
INSERT INTO tags (account_id, resource_arn, tag_key, tag_value)
  VALUES ('123456789012', 'arn:kept', 'key', 'value');
INSERT INTO client_tokens (account_id, region, operation, token, request_hash, resource_id,
  expires_ms) VALUES ('123456789012', 'us-east-1', 'CreateThing', 't', 'h', 'kept', 1);
INSERT INTO settings (account_id, region, name, document, version)
  VALUES ('123456789012', '', 'setting', '{}', 1);
INSERT INTO generations (group_name, counter) VALUES ('identity', 7);
INSERT INTO jobs (id, kind, account_id, region, priority, ready_ms, holder, lease, attempts,
  attempts_max, cancel_requested, created_ms, document, checkpoint, last_error)
  VALUES ('kept', 'work', '123456789012', 'us-east-1', 0, 1, 'server', 2, 1, 5, 0, 1, '{}', '{}', '');
INSERT INTO job_turns (account_id, turn) VALUES ('123456789012', 1);
INSERT INTO job_parts (job_id, stream, number, content) VALUES ('kept', 0, 1, 'part');
