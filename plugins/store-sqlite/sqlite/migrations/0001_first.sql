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
  -- The newest turn with a reply, where windows begin; 0: there is none yet.
  last_reply    INTEGER NOT NULL DEFAULT 0,
  -- The fence: the token of the turn last_turn while that one is pending.
  pending_token BLOB,
  -- Whether memory_state has a row.
  has_state     INTEGER NOT NULL DEFAULT FALSE,
  user_id       TEXT    NOT NULL,
  metadata      BLOB,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  PRIMARY KEY (tenant, conversation)
) STRICT, WITHOUT ROWID;

CREATE INDEX conversations_by_activity ON conversations (tenant, updated_at, conversation);
CREATE INDEX conversations_of_user ON conversations (tenant, user_id, updated_at, conversation)
  WHERE user_id <> '';

-- A turn is its messages, one beside the other. The user's, at position 0, is
-- written when the turn begins, with what is known then; the replies when it is
-- committed. So a turn touches one page here, and what it wrote once stays as it
-- is. A turn without status and without reply is pending.
CREATE TABLE messages (
  tenant            TEXT    NOT NULL,
  conversation      TEXT    NOT NULL,
  turn              INTEGER NOT NULL,
  position          INTEGER NOT NULL,
  role              TEXT    NOT NULL,
  created_at        INTEGER NOT NULL,
  -- The content of the turn up to the end of this message.
  turn_bytes        INTEGER NOT NULL,
  -- At a reply: how the turn ended. At the user's message: how it ended if it
  -- did not end as complete.
  status            TEXT
    CHECK (status IN ('complete', 'failed', 'interrupted', 'cancelled')),

  -- At the user's message.
  token             BLOB CHECK ((token IS NULL) = (position > 0)),
  holder            TEXT,
  deadline_at       INTEGER,
  idempotency_key   TEXT,
  request_hash      BLOB,
  -- The newest turn before this one that has a reply, or 0. A window goes on
  -- there if this one has none.
  reply_before      INTEGER,
  reason            TEXT,

  -- At the first reply.
  model             TEXT,
  finish_reason     TEXT,
  prompt_tokens     INTEGER,
  completion_tokens INTEGER,

  -- The content: a message that is one text as it is, any other as JSON. They
  -- come last, so that the other columns are found without reading a long one.
  text              TEXT,
  parts             TEXT CHECK ((parts IS NULL) <> (text IS NULL)),
  PRIMARY KEY (tenant, conversation, turn, position)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX turns_by_token ON messages (tenant, conversation, token)
  WHERE token IS NOT NULL;
CREATE UNIQUE INDEX turns_by_idempotency_key ON messages (tenant, conversation, idempotency_key)
  WHERE idempotency_key IS NOT NULL AND status IS NULL;

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
-- A key that was revoked does not come back.
CREATE INDEX revoked_keys ON changes (key_id) WHERE type = 'key_revoked';
