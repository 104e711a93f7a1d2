-- Conversations and what belongs to them: the tables of tenants' data. Their keys,
-- indexes and policies follow, after it is known whether they are partitioned.

CREATE TABLE bothost.conversations (
    tenant     text COLLATE "C" NOT NULL CHECK (tenant <> ''),
    id         text COLLATE "C" NOT NULL,
    -- The number of the newest turn. A pending turn is always the newest.
    turns      bigint NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    metadata   text,
    created_at timestamptz NOT NULL,
    -- When its newest turn ended; until the first one does, when it began.
    updated_at timestamptz NOT NULL,
    -- A memory keeps a state with it.
    has_state  boolean NOT NULL DEFAULT false
);

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
    -- Somebody waits for its end, and is to be told.
    awaited           boolean NOT NULL DEFAULT false,
    began_at          timestamptz NOT NULL,
    ended_at          timestamptz
);

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
    created_at   timestamptz NOT NULL
);

CREATE TABLE bothost.memory_states (
    tenant       text COLLATE "C" NOT NULL,
    conversation text COLLATE "C" NOT NULL,
    plugin       text NOT NULL,
    format       text NOT NULL,
    through_turn bigint NOT NULL,
    version      bigint NOT NULL,
    data         bytea NOT NULL
);
