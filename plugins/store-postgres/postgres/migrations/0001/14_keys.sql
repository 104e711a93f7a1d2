-- The keys of the tables of tenants' data. Every primary key leads with the
-- tenant, and every unique index holds it: rows can be distributed by tenant, and
-- no tenant learns from a collision what another has.
--
-- The order of indexes matters, and that of their columns. While the server knows
-- nothing of a table's contents, it takes any two indexes for equally good of
-- which it is given the first column, and uses the one that was made last, until
-- the table is analyzed: it may read a whole conversation where it could read
-- one row. So an index that a look-up does not mean is made earlier, or begins
-- with a column that the look-up does not give.

CREATE INDEX conversations_by_activity
    ON bothost.conversations (tenant, updated_at DESC, id DESC);
CREATE INDEX conversations_by_user
    ON bothost.conversations (tenant, user_id, updated_at DESC, id DESC)
    WHERE user_id <> '';
ALTER TABLE bothost.conversations ADD PRIMARY KEY (tenant, id);

ALTER TABLE bothost.turns
    ADD PRIMARY KEY (tenant, conversation, turn),
    ADD FOREIGN KEY (tenant, conversation) REFERENCES bothost.conversations (tenant, id) ON DELETE CASCADE;
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

ALTER TABLE bothost.messages
    ADD PRIMARY KEY (tenant, conversation, turn, index),
    ADD FOREIGN KEY (tenant, conversation, turn)
        REFERENCES bothost.turns (tenant, conversation, turn) ON DELETE CASCADE;

ALTER TABLE bothost.memory_states
    ADD PRIMARY KEY (tenant, conversation),
    ADD FOREIGN KEY (tenant, conversation) REFERENCES bothost.conversations (tenant, id) ON DELETE CASCADE;
