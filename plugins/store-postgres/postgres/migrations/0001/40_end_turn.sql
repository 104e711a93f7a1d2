-- Ending a turn, with a reply or without.

-- Turns that were failed before they were begun. A host that hears nothing of a
-- begin fails its token and goes; the begin may yet arrive, and must not hold the
-- conversation for nobody. The sweep spans tenants, so the serving role reaches
-- the table through these functions only.
CREATE TABLE bothost.withdrawn_turns (
    tenant       text COLLATE "C" NOT NULL,
    conversation text COLLATE "C" NOT NULL,
    token        uuid NOT NULL,
    withdrawn_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, conversation, token)
);
CREATE INDEX withdrawn_turns_by_time ON bothost.withdrawn_turns (withdrawn_at);

-- Nothing that was sent an hour ago arrives any more, so older ones can go.
CREATE FUNCTION bothost.withdraw(p_tenant text, p_conversation text, p_token uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM bothost.withdrawn_turns WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM bothost.withdrawn_turns
        WHERE withdrawn_at < clock_timestamp() - interval '1 hour'
        FOR UPDATE SKIP LOCKED));
    INSERT INTO bothost.withdrawn_turns (tenant, conversation, token, withdrawn_at)
    VALUES (p_tenant, p_conversation, p_token, clock_timestamp())
    ON CONFLICT DO NOTHING;
END $$;

-- Every begin asks, also when there are many of a sudden. The server keeps the plan
-- of a function in PL/pgSQL, and would make one in SQL anew each time.
CREATE FUNCTION bothost.withdrawn(p_tenant text, p_conversation text, p_token uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
BEGIN
    RETURN EXISTS (SELECT FROM bothost.withdrawn_turns
                   WHERE tenant = p_tenant AND conversation = p_conversation AND token = p_token);
END $$;

-- What was acknowledged must outlive a power cut, whatever is usual for the role or
-- the database.
CREATE FUNCTION bothost.wait_for_disk() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
END $$;

-- Locks the conversation of a token and gives the token's turn: a row of NULLs
-- where there is none, because the token was never begun or was deleted.
CREATE FUNCTION bothost.turn_of_token(p_tenant text, p_conversation text, p_token uuid)
    RETURNS bothost.turns LANGUAGE plpgsql AS $$
DECLARE
    t bothost.turns;
BEGIN
    PERFORM FROM bothost.conversations
    WHERE tenant = p_tenant AND id = p_conversation
    FOR NO KEY UPDATE;
    SELECT * INTO t FROM bothost.turns WHERE tenant = p_tenant AND token = p_token;
    IF t.conversation <> p_conversation THEN
        RETURN NULL;
    END IF;
    RETURN t;
END $$;

-- Answers when the turn was committed, or NULL if the token is superseded.
CREATE FUNCTION bothost.commit_turn(
    p_tenant text, p_conversation text, p_token uuid, p_status text,
    p_roles text[], p_parts text[], p_bytes bigint[],
    p_model text, p_finish_reason text, p_prompt_tokens bigint, p_completion_tokens bigint,
    p_state_plugin text, p_state_format text, p_state_through_turn bigint, p_state_version bigint,
    p_state_data bytea
) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    t          bothost.turns;
    done       timestamptz;
    is_awaited boolean;
BEGIN
    PERFORM set_config('bothost.tenant', p_tenant, true);
    PERFORM bothost.wait_for_disk();
    t := bothost.turn_of_token(p_tenant, p_conversation, p_token);
    IF t.status IS DISTINCT FROM 'pending' THEN
        RETURN CASE WHEN t.window_messages > 0 THEN t.ended_at END;
    END IF;

    done := clock_timestamp();
    INSERT INTO bothost.messages (tenant, conversation, turn, index, role, parts, bytes, created_at)
    SELECT p_tenant, p_conversation, t.turn, reply.index, reply.role, reply.parts, reply.bytes, done
    FROM unnest(p_roles, p_parts, p_bytes) WITH ORDINALITY AS reply (role, parts, bytes, index);

    UPDATE bothost.turns SET
        status = p_status, ended_at = done,
        window_messages = 1 + cardinality(p_roles),
        window_bytes = window_bytes + (SELECT sum(b) FROM unnest(p_bytes) b),
        model = p_model, finish_reason = p_finish_reason,
        prompt_tokens = p_prompt_tokens, completion_tokens = p_completion_tokens
    WHERE tenant = p_tenant AND conversation = p_conversation AND turn = t.turn
    RETURNING awaited INTO is_awaited;
    IF is_awaited THEN
        PERFORM bothost.tell_end(p_token);
    END IF;

    UPDATE bothost.conversations SET
        updated_at = greatest(updated_at, done),
        has_state = has_state OR p_state_data IS NOT NULL
    WHERE tenant = p_tenant AND id = p_conversation;

    IF p_state_data IS NOT NULL THEN
        INSERT INTO bothost.memory_states (tenant, conversation, plugin, format, through_turn, version, data)
        VALUES (p_tenant, p_conversation, p_state_plugin, p_state_format, p_state_through_turn,
                p_state_version, p_state_data)
        ON CONFLICT (tenant, conversation) DO UPDATE SET
            plugin = excluded.plugin, format = excluded.format, through_turn = excluded.through_turn,
            version = excluded.version, data = excluded.data;
    END IF;
    RETURN done;
END $$;

-- Answers whether the turn has ended without a reply; false means that the
-- token is superseded. A token that is not known is superseded from then on. For
-- that the conversation is locked, and so is made, even if there is none: a begin
-- that makes it at this moment has been waited for, or finds the token withdrawn.
CREATE FUNCTION bothost.fail_turn(
    p_tenant text, p_conversation text, p_token uuid, p_status text, p_reason text
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    t          bothost.turns;
    is_awaited boolean;
BEGIN
    PERFORM set_config('bothost.tenant', p_tenant, true);
    PERFORM bothost.take_conversation(p_tenant, p_conversation, '');
    t := bothost.turn_of_token(p_tenant, p_conversation, p_token);
    IF t.token IS NULL THEN
        PERFORM bothost.withdraw(p_tenant, p_conversation, p_token);
        PERFORM bothost.drop_untouched(p_tenant, p_conversation);
        RETURN false;
    END IF;
    IF t.status <> 'pending' THEN
        RETURN t.status IN ('failed', 'cancelled') AND t.window_messages = 0;
    END IF;

    UPDATE bothost.turns SET status = p_status, reason = p_reason, ended_at = clock_timestamp()
    WHERE tenant = p_tenant AND conversation = p_conversation AND turn = t.turn
    RETURNING awaited INTO is_awaited;
    IF is_awaited THEN
        PERFORM bothost.tell_end(p_token);
    END IF;
    UPDATE bothost.conversations SET updated_at = greatest(updated_at, clock_timestamp())
    WHERE tenant = p_tenant AND id = p_conversation;
    RETURN true;
END $$;
