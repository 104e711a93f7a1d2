-- Telling the end of a turn to who waits for it. NOTIFY lets the commits of the
-- whole database wait for each other, so nothing is told of a turn that nobody
-- waits for: await_turn marks it, and whoever ends it finds the mark.

-- What the end of a turn is told by. Any role may listen; it hears that some turn
-- has ended, and not whose.
CREATE FUNCTION bothost.turn_name(p_token uuid) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(uuid_send(p_token)), 'hex')
$$;

-- Answers what the end of a turn will be told by, or NULL if the turn is not
-- pending. The mark is a change of the turn's row: who ends the turn either has
-- done so before, and this finds it not pending, or waits for this and finds the
-- mark. A mark that a crash takes away wakes nobody, and the wait is over later.
CREATE FUNCTION bothost.await_turn(p_tenant text, p_conversation text, p_turn bigint)
    RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    awaited_token uuid;
BEGIN
    PERFORM set_config('bothost.tenant', p_tenant, true);
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE bothost.turns SET awaited = true
    WHERE tenant = p_tenant AND conversation = p_conversation AND turn = p_turn
      AND status = 'pending' AND NOT awaited
    RETURNING token INTO awaited_token;
    IF NOT FOUND THEN
        SELECT token INTO awaited_token FROM bothost.turns
        WHERE tenant = p_tenant AND conversation = p_conversation AND turn = p_turn AND status = 'pending';
    END IF;
    RETURN bothost.turn_name(awaited_token);
END $$;

-- Wakes who waits for the end of a turn that this transaction ends.
CREATE FUNCTION bothost.tell_end(p_token uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('bothost_turns', bothost.turn_name(p_token));
END $$;
