-- Ending a turn, with a reply or without.

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
    t    bothost.turns;
    done timestamptz;
BEGIN
    PERFORM set_config('bothost.tenant', p_tenant, true);
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
    WHERE tenant = p_tenant AND conversation = p_conversation AND turn = t.turn;

    UPDATE bothost.conversations SET updated_at = greatest(updated_at, done)
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
-- token is superseded.
CREATE FUNCTION bothost.fail_turn(
    p_tenant text, p_conversation text, p_token uuid, p_status text, p_reason text
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    t bothost.turns;
BEGIN
    PERFORM set_config('bothost.tenant', p_tenant, true);
    t := bothost.turn_of_token(p_tenant, p_conversation, p_token);
    IF t.status IS DISTINCT FROM 'pending' THEN
        RETURN coalesce(t.status IN ('failed', 'cancelled') AND t.window_messages = 0, false);
    END IF;

    UPDATE bothost.turns SET status = p_status, reason = p_reason, ended_at = clock_timestamp()
    WHERE tenant = p_tenant AND conversation = p_conversation AND turn = t.turn;
    UPDATE bothost.conversations SET updated_at = greatest(updated_at, clock_timestamp())
    WHERE tenant = p_tenant AND id = p_conversation;
    RETURN true;
END $$;
