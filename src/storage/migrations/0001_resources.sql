-- Resources: what lists and look-ups need as columns, the rest as one JSON document.
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

-- What makes a repeated create harmless.
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

-- Single values of an account, or of the server (account_id '').
CREATE TABLE settings (
  account_id TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (account_id, region, name)
);

-- Counters that tell other servers when to read again.
CREATE TABLE generations (
  group_name TEXT NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY (group_name)
);
