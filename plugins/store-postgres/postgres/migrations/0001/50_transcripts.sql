-- Reading and deleting conversations.

CREATE FUNCTION bothost.get_conversation(p_tenant text, p_conversation text)
    RETURNS SETOF bothost.conversations LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('bothost.tenant', p_tenant, true);
    RETURN QUERY SELECT * FROM bothost.conversations WHERE tenant = p_tenant AND id = p_conversation;
END $$;

-- Newest activity first, after a place in that order. The first bound alone
-- decides where the index is entered: the second may not be used before row
-- security has been applied.
CREATE FUNCTION bothost.list_conversations(
    p_tenant text, p_user_id text, p_after_time timestamptz, p_after_id text, p_limit bigint
) RETURNS SETOF bothost.conversations LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('bothost.tenant', p_tenant, true);
    IF p_user_id = '' THEN
        RETURN QUERY SELECT * FROM bothost.conversations
        WHERE tenant = p_tenant
          AND updated_at <= p_after_time AND (updated_at < p_after_time OR id < p_after_id)
        ORDER BY updated_at DESC, id DESC LIMIT p_limit;
    ELSE
        RETURN QUERY SELECT * FROM bothost.conversations
        WHERE tenant = p_tenant AND user_id = p_user_id AND user_id <> ''
          AND updated_at <= p_after_time AND (updated_at < p_after_time OR id < p_after_id)
        ORDER BY updated_at DESC, id DESC LIMIT p_limit;
    END IF;
END $$;

-- Oldest first, after a place in the transcript: at most so many messages, and
-- no more of them than hold p_max_bytes, but one at least. The last tells
-- whether more follow. No row: no such conversation. A row without a turn:
-- nothing follows that place.
CREATE FUNCTION bothost.list_messages(
    p_tenant text, p_conversation text, p_after_turn bigint, p_after_index integer,
    p_limit bigint, p_max_bytes bigint
) RETURNS TABLE (turn_number bigint, message_index integer, turn_status text, message_role text,
                 message_parts text, message_created_at timestamptz, more boolean)
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('bothost.tenant', p_tenant, true);
    RETURN QUERY
    SELECT page.turn, page.index, CASE
               WHEN t.status = 'pending' AND bothost.abandoned(t.holder, t.deadline) THEN 'interrupted'
               ELSE t.status END,
           page.role, page.parts, page.created_at, page.more
    FROM bothost.conversations c
    LEFT JOIN LATERAL (
        SELECT m.*, sum(m.bytes) OVER reading AS total, row_number() OVER reading AS place,
               lead(m.turn) OVER reading IS NOT NULL AS more
        FROM (
            SELECT * FROM bothost.messages
            WHERE tenant = p_tenant AND conversation = p_conversation
              AND (turn, index) > (p_after_turn, p_after_index)
            ORDER BY turn, index LIMIT p_limit + 1
        ) m
        WINDOW reading AS (ORDER BY m.turn, m.index)
    ) page ON page.place <= p_limit AND (page.total <= p_max_bytes OR page.place = 1)
    LEFT JOIN LATERAL (
        SELECT * FROM bothost.turns
        WHERE tenant = p_tenant AND conversation = p_conversation AND turn = page.turn
        OFFSET 0 -- turn by turn, however few the server believes there are
    ) t ON true
    WHERE c.tenant = p_tenant AND c.id = p_conversation
    ORDER BY page.turn, page.index;
END $$;

-- Answers whether there was one. All that belongs to it goes with it, the
-- tokens of running turns among them.
CREATE FUNCTION bothost.delete_conversation(p_tenant text, p_conversation text)
    RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    newest bigint;
BEGIN
    PERFORM set_config('bothost.tenant', p_tenant, true);
    PERFORM bothost.wait_for_disk();
    SELECT turns INTO newest FROM bothost.conversations
    WHERE tenant = p_tenant AND id = p_conversation
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM bothost.tell_end(token) FROM bothost.turns
    WHERE tenant = p_tenant AND conversation = p_conversation AND turn = newest
      AND status = 'pending' AND awaited
    FOR UPDATE;
    DELETE FROM bothost.conversations WHERE tenant = p_tenant AND id = p_conversation;
    RETURN true;
END $$;

-- Who waits for a turn of the tenant's finds by looking that it has gone.
CREATE FUNCTION bothost.purge_tenant(p_tenant text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('bothost.tenant', p_tenant, true);
    PERFORM bothost.wait_for_disk();
    DELETE FROM bothost.conversations WHERE tenant = p_tenant;
END $$;
