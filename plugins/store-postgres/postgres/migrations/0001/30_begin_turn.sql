-- Beginning a turn. The conversation's row is the lock under which turns are
-- begun, ended and deleted.

-- Locks a conversation, and makes it where there is none.
CREATE FUNCTION bothost.take_conversation(p_tenant text, p_conversation text, p_user_id text)
    RETURNS bothost.conversations LANGUAGE plpgsql AS $$
DECLARE
    c bothost.conversations;
BEGIN
    LOOP
        SELECT * INTO c FROM bothost.conversations
        WHERE tenant = p_tenant AND id = p_conversation
        FOR NO KEY UPDATE;
        EXIT WHEN FOUND;

        INSERT INTO bothost.conversations (tenant, id, turns, user_id, created_at, updated_at)
        VALUES (p_tenant, p_conversation, 0, p_user_id, clock_timestamp(), clock_timestamp())
        ON CONFLICT DO NOTHING
        RETURNING * INTO c;
        EXIT WHEN FOUND;
    END LOOP;
    RETURN c;
END $$;

-- Removes a conversation that this transaction has made, and in which no turn was
-- begun after all.
CREATE FUNCTION bothost.drop_untouched(p_tenant text, p_conversation text)
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM bothost.conversations WHERE tenant = p_tenant AND id = p_conversation AND turns = 0;
END $$;

-- Decides what a request gets: 'begun', 'replayed', 'busy', 'mismatch' or
-- 'superseded', and of which turn. A new turn gets its row here.
CREATE FUNCTION bothost.claim_turn(
    p_conversation bothost.conversations, p_token uuid, p_holder text, p_timeout_microseconds bigint,
    p_idempotency_key text, p_request_hash bytea, p_bytes bigint,
    OUT outcome text, OUT turn_number bigint
) LANGUAGE plpgsql AS $$
DECLARE
    c       bothost.conversations := p_conversation;
    pending bothost.turns;
    earlier bothost.turns;
    held    boolean;
    awaited boolean;
BEGIN
    -- The same attempt again, because the answer was lost.
    SELECT * INTO earlier FROM bothost.turns t WHERE t.tenant = c.tenant AND t.token = p_token;
    IF FOUND AND earlier.conversation = c.id THEN
        turn_number := earlier.turn;
        outcome := CASE earlier.status
            WHEN 'pending' THEN 'begun' WHEN 'complete' THEN 'replayed' ELSE 'superseded' END;
        RETURN;
    END IF;
    -- An attempt that was given up before it arrived.
    IF bothost.withdrawn(c.tenant, c.id, p_token) THEN
        outcome := 'superseded';
        RETURN;
    END IF;

    SELECT * INTO pending FROM bothost.turns t
    WHERE t.tenant = c.tenant AND t.conversation = c.id AND t.turn = c.turns AND t.status = 'pending';
    held := FOUND AND NOT bothost.abandoned(pending.holder, pending.deadline);

    IF p_idempotency_key <> '' THEN
        SELECT * INTO earlier FROM bothost.turns t
        WHERE t.tenant = c.tenant AND t.conversation = c.id AND t.idempotency_key = p_idempotency_key
          AND t.status IN ('pending', 'complete') AND (t.status = 'complete' OR held);
        IF FOUND THEN
            outcome := CASE
                WHEN earlier.request_hash <> p_request_hash THEN 'mismatch'
                WHEN earlier.status = 'complete' THEN 'replayed'
                ELSE 'busy' END;
            turn_number := earlier.turn;
            RETURN;
        END IF;
    END IF;

    IF held THEN
        outcome := 'busy';
        turn_number := pending.turn;
        RETURN;
    END IF;

    IF pending.turn IS NOT NULL THEN
        UPDATE bothost.turns t SET status = 'interrupted', ended_at = clock_timestamp()
        WHERE t.tenant = c.tenant AND t.conversation = c.id AND t.turn = pending.turn
        RETURNING t.awaited INTO awaited;
        IF awaited THEN
            PERFORM bothost.tell_end(pending.token);
        END IF;
    END IF;

    outcome := 'begun';
    turn_number := c.turns + 1;
    INSERT INTO bothost.turns (tenant, conversation, turn, token, status, holder, deadline,
                               idempotency_key, request_hash, window_bytes, began_at)
    VALUES (c.tenant, c.id, turn_number, p_token, 'pending', p_holder,
            clock_timestamp() + p_timeout_microseconds * interval '1 microsecond',
            nullif(p_idempotency_key, ''), p_request_hash, p_bytes, clock_timestamp());
END $$;

-- The newest whole turns before one that fit the bounds. A turn holds at least
-- two messages, which bounds how many are looked at however long the
-- conversation is.
CREATE FUNCTION bothost.window_turns(
    p_tenant text, p_conversation text, p_before bigint, p_max_messages bigint, p_max_bytes bigint
) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT turn FROM (
            SELECT turn,
                   sum(window_messages) OVER (ORDER BY turn DESC ROWS UNBOUNDED PRECEDING) AS messages,
                   sum(window_bytes) OVER (ORDER BY turn DESC ROWS UNBOUNDED PRECEDING) AS bytes
            FROM (
                SELECT turn, window_messages, window_bytes FROM bothost.turns
                WHERE tenant = p_tenant AND conversation = p_conversation
                  AND turn < p_before AND window_messages > 0
                ORDER BY turn DESC LIMIT p_max_messages / 2
            ) newest
        ) weighed
        WHERE messages <= p_max_messages AND bytes <= p_max_bytes);
END $$;

CREATE FUNCTION bothost.begin_turn(
    p_tenant text, p_conversation text, p_token uuid, p_holder text, p_timeout_microseconds bigint,
    p_idempotency_key text, p_request_hash bytea,
    p_role text, p_parts text, p_bytes bigint,
    p_max_messages bigint, p_max_bytes bigint, p_user_id text, p_metadata text,
    OUT outcome text, OUT turn_number bigint,
    OUT message_roles text[], OUT message_parts text[],
    OUT reply_model text, OUT reply_finish_reason text,
    OUT reply_prompt_tokens bigint, OUT reply_completion_tokens bigint,
    OUT state_plugin text, OUT state_format text,
    OUT state_through_turn bigint, OUT state_version bigint, OUT state_data bytea
) LANGUAGE plpgsql AS $$
DECLARE
    c       bothost.conversations;
    claimed record;
    shown   bigint[];
BEGIN
    PERFORM set_config('bothost.tenant', p_tenant, true);
    -- The commit of this turn flushes what this transaction writes; until then
    -- nothing of it has been acknowledged to anybody.
    PERFORM set_config('synchronous_commit', 'off', true);

    c := bothost.take_conversation(p_tenant, p_conversation, p_user_id);
    claimed := bothost.claim_turn(c, p_token, p_holder, p_timeout_microseconds,
                                  p_idempotency_key, p_request_hash, p_bytes);
    outcome := claimed.outcome;
    turn_number := claimed.turn_number;

    IF outcome = 'begun' THEN
        IF turn_number > c.turns THEN
            -- The end of the turn is what counts as activity. Without it this
            -- changes nothing that is indexed, and the row is replaced in place.
            UPDATE bothost.conversations SET
                turns = turn_number, metadata = coalesce(p_metadata, metadata)
            WHERE tenant = p_tenant AND id = p_conversation;
            INSERT INTO bothost.messages (tenant, conversation, turn, index, role, parts, bytes, created_at)
            VALUES (p_tenant, p_conversation, turn_number, 0, p_role, p_parts, p_bytes, clock_timestamp());
        END IF;
        shown := bothost.window_turns(p_tenant, p_conversation, turn_number, p_max_messages, p_max_bytes);
        IF c.has_state THEN
            SELECT s.plugin, s.format, s.through_turn, s.version, s.data
            INTO state_plugin, state_format, state_through_turn, state_version, state_data
            FROM bothost.memory_states s WHERE s.tenant = p_tenant AND s.conversation = p_conversation;
        END IF;
    ELSIF outcome = 'replayed' THEN
        shown := ARRAY[turn_number];
        SELECT t.model, t.finish_reason, t.prompt_tokens, t.completion_tokens
        INTO reply_model, reply_finish_reason, reply_prompt_tokens, reply_completion_tokens
        FROM bothost.turns t
        WHERE t.tenant = p_tenant AND t.conversation = p_conversation AND t.turn = turn_number;
    ELSIF c.turns = 0 THEN
        PERFORM bothost.drop_untouched(p_tenant, p_conversation);
    END IF;

    -- OFFSET keeps the server from joining in another way than turn by turn.
    IF cardinality(shown) > 0 THEN
        SELECT array_agg(m.role ORDER BY m.turn, m.index), array_agg(m.parts ORDER BY m.turn, m.index)
        INTO message_roles, message_parts
        FROM unnest(shown) AS chosen (turn), LATERAL (
            SELECT * FROM bothost.messages
            WHERE tenant = p_tenant AND conversation = p_conversation AND turn = chosen.turn
            OFFSET 0
        ) m
        WHERE outcome = 'begun' OR m.index > 0;
    END IF;
END $$;
