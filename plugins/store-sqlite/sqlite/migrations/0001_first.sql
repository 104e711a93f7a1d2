-- Every table of conversations begins its key with the tenant and the
-- conversation, so that a conversation's rows lie together, and one that is
-- deleted is one range of each table. There are no foreign keys: they would
-- cost a look-up for each row, and the only deletion removes all ranges at once.
-- Times are nanoseconds since 1970, by the clock of the process that wrote them.

CREATE TABLE schema_version (
  only_row      INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  version       INTEGER NOT NULL,
  -- The oldest version of the store that can work with this schema.
  oldest_reader INTEGER NOT NULL
) STRICT;
INSERT INTO schema_version VALUES (1, 1, 1);

CREATE TABLE conversations (
  tenant        TEXT    NOT NULL,
  conversation  TEXT    NOT NULL,
  last_turn     INTEGER NOT NULL,
  -- The fence: the token of the turn last_turn while that one is pending.
  pending_token BLOB,
  user_id       TEXT    NOT NULL,
  metadata      BLOB,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  PRIMARY KEY (tenant, conversation)
) STRICT, WITHOUT ROWID;

CREATE INDEX conversations_by_activity ON conversations (tenant, updated_at, conversation);
CREATE INDEX conversations_of_user ON conversations (tenant, user_id, updated_at, conversation)
  WHERE user_id <> '';

CREATE TABLE turns (
  tenant            TEXT    NOT NULL,
  conversation      TEXT    NOT NULL,
  turn              INTEGER NOT NULL,
  token             BLOB    NOT NULL,
  status            TEXT    NOT NULL
    CHECK (status IN ('pending', 'complete', 'failed', 'interrupted', 'cancelled')),
  holder            TEXT    NOT NULL,
  deadline_at       INTEGER NOT NULL,
  idempotency_key   TEXT    NOT NULL,
  request_hash      BLOB    NOT NULL,
  reason            TEXT    NOT NULL DEFAULT '',
  -- What the turn takes of a window; 0 messages: it has no reply, and is not in.
  window_messages   INTEGER NOT NULL DEFAULT 0,
  window_bytes      INTEGER NOT NULL,
  model             TEXT    NOT NULL DEFAULT '',
  finish_reason     TEXT    NOT NULL DEFAULT '',
  prompt_tokens     INTEGER NOT NULL DEFAULT 0,
  completion_tokens INTEGER NOT NULL DEFAULT 0,
  started_at        INTEGER NOT NULL,
  ended_at          INTEGER,
  PRIMARY KEY (tenant, conversation, turn)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX turns_by_token ON turns (tenant, conversation, token);
CREATE UNIQUE INDEX turns_by_idempotency_key ON turns (tenant, conversation, idempotency_key)
  WHERE idempotency_key <> '' AND status IN ('pending', 'complete');
-- A window is read along this, newest first, without a look at turns without
-- reply. It is unique so that SQLite need not sort the messages of a turn.
CREATE UNIQUE INDEX turns_in_window ON turns (tenant, conversation, turn)
  WHERE window_messages > 0;

CREATE TABLE messages (
  tenant       TEXT    NOT NULL,
  conversation TEXT    NOT NULL,
  turn         INTEGER NOT NULL,
  position     INTEGER NOT NULL,
  role         TEXT    NOT NULL,
  parts        TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (tenant, conversation, turn, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE memory_state (
  tenant       TEXT    NOT NULL,
  conversation TEXT    NOT NULL,
  plugin       TEXT    NOT NULL,
  format       TEXT    NOT NULL,
  through_turn INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  data         BLOB    NOT NULL,
  PRIMARY KEY (tenant, conversation)
) STRICT, WITHOUT ROWID;

-- A holder without a row has no lease.
CREATE TABLE holders (
  holder     TEXT    NOT NULL PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The registry. Its one row is the counter that every change takes its revision
-- from, within the transaction of the change.
CREATE TABLE registry (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  revision INTEGER NOT NULL
) STRICT;
INSERT INTO registry VALUES (1, 0);

CREATE TABLE tenants (
  tenant     TEXT    NOT NULL PRIMARY KEY,
  uid        TEXT    NOT NULL,
  revision   INTEGER NOT NULL,
  config     BLOB    NOT NULL,
  active     INTEGER NOT NULL,
  -- A tombstone holds the name.
  deleted    INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
  -- The order of making.
  number     INTEGER NOT NULL PRIMARY KEY,
  tenant     TEXT    NOT NULL,
  id         TEXT    NOT NULL UNIQUE,
  -- Empty: of a name that the registry does not keep.
  tenant_uid TEXT    NOT NULL,
  hash       BLOB    NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX api_keys_of_tenant ON api_keys (tenant, number);

CREATE TABLE changes (
  revision INTEGER NOT NULL PRIMARY KEY,
  type     TEXT    NOT NULL,
  tenant   TEXT    NOT NULL,
  key_id   TEXT    NOT NULL
) STRICT;
