-- Conversations and what belongs to them. Every key leads with the tenant.
--
-- The order of indexes matters, and that of their columns. While the server knows
-- nothing of a table's contents, it takes any two indexes for equally good of
-- which it is given the first column, and uses the one that was made last, until
-- the table is analyzed: it may read a whole conversation where it could read
-- one row. So an index that a look-up does not mean is made earlier, or begins
-- with a column that the look-up does not give.
--
-- Row-level security is forced, on the tables' owner too: a statement sees the
-- rows of the tenant that its transaction has named, and none before it names
-- one. The functions of this schema name it first of all.

CREATE TABLE bothost.conversations (
    tenant     text COLLATE "C" NOT NULL CHECK (tenant <> ''),
    id         text COLLATE "C" NOT NULL,
    -- The number of the newest turn. A pending turn is always the newest.
    turns      bigint NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    metadata   text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE INDEX conversations_by_activity
    ON bothost.conversations (tenant, updated_at DESC, id DESC);
CREATE INDEX conversations_by_user
    ON bothost.conversations (tenant, user_id, updated_at DESC, id DESC);
ALTER TABLE bothost.conversations ADD PRIMARY KEY (tenant, id);

CREATE TABLE bothost.turns (
    tenant            text COLLATE "C" NOT NULL,
    conversation      text COLLATE "C" NOT NULL,
    turn              bigint NOT NULL,
    token             uuid NOT NULL,
    status            text NOT NULL
        CHECK (status IN ('pending', 'complete', 'failed', 'interrupted', 'cancelled')),
    holder            text NOT NULL,
    deadline          timestamptz NOT NULL,
    idempotency_key   text COLLATE "C" CHECK (idempotency_key <> ''),
    request_hash      bytea NOT NULL,
    -- What the turn weighs in a window. Messages are 0 until it is committed,
    -- which tells a cancelled turn with a reply from one without.
    window_messages   bigint NOT NULL DEFAULT 0,
    window_bytes      bigint NOT NULL,
    model             text NOT NULL DEFAULT '',
    finish_reason     text NOT NULL DEFAULT '',
    prompt_tokens     bigint NOT NULL DEFAULT 0,
    completion_tokens bigint NOT NULL DEFAULT 0,
    -- Why it failed: a word.
    reason            text NOT NULL DEFAULT '',
    began_at          timestamptz NOT NULL,
    ended_at          timestamptz,
    PRIMARY KEY (tenant, conversation, turn),
    FOREIGN KEY (tenant, conversation) REFERENCES bothost.conversations (tenant, id) ON DELETE CASCADE
);

-- The fence.
CREATE UNIQUE INDEX turns_by_token
    ON bothost.turns (token, tenant);
-- A client's key belongs to one turn of its conversation that runs or was
-- answered; all others have released it.
CREATE UNIQUE INDEX turns_by_idempotency_key
    ON bothost.turns (idempotency_key, conversation, tenant)
    WHERE status IN ('pending', 'complete') AND idempotency_key IS NOT NULL;
-- What a window is chosen from, without reading the turns themselves.
CREATE INDEX turns_in_window
    ON bothost.turns (tenant, conversation, turn DESC) INCLUDE (window_messages, window_bytes)
    WHERE window_messages > 0;

CREATE TABLE bothost.messages (
    tenant       text COLLATE "C" NOT NULL,
    conversation text COLLATE "C" NOT NULL,
    turn         bigint NOT NULL,
    -- 0 is the user's.
    index        integer NOT NULL,
    role         text NOT NULL,
    -- JSON, kept as text because its bytes matter.
    parts        text NOT NULL,
    bytes        bigint NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant, conversation, turn, index),
    FOREIGN KEY (tenant, conversation, turn)
        REFERENCES bothost.turns (tenant, conversation, turn) ON DELETE CASCADE
);

CREATE TABLE bothost.memory_states (
    tenant       text COLLATE "C" NOT NULL,
    conversation text COLLATE "C" NOT NULL,
    plugin       text NOT NULL,
    format       text NOT NULL,
    through_turn bigint NOT NULL,
    version      bigint NOT NULL,
    data         bytea NOT NULL,
    PRIMARY KEY (tenant, conversation),
    FOREIGN KEY (tenant, conversation) REFERENCES bothost.conversations (tenant, id) ON DELETE CASCADE
);

ALTER TABLE bothost.conversations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE bothost.turns ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE bothost.messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE bothost.memory_states ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY own_tenant ON bothost.conversations USING (tenant = current_setting('bothost.tenant', true));
CREATE POLICY own_tenant ON bothost.turns USING (tenant = current_setting('bothost.tenant', true));
CREATE POLICY own_tenant ON bothost.messages USING (tenant = current_setting('bothost.tenant', true));
CREATE POLICY own_tenant ON bothost.memory_states USING (tenant = current_setting('bothost.tenant', true));
