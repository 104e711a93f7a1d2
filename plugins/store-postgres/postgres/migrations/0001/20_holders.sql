-- The leases of hosts. They belong to no tenant, so the serving role reaches
-- them through these functions only.

CREATE TABLE bothost.holders (
    holder     text COLLATE "C" PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

-- An expired lease means what none means, so that old ones can go.
CREATE FUNCTION bothost.heartbeat(p_holder text, p_ttl_microseconds bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO bothost.holders AS h (holder, expires_at)
    VALUES (p_holder, clock_timestamp() + p_ttl_microseconds * interval '1 microsecond')
    ON CONFLICT (holder) DO UPDATE SET expires_at = excluded.expires_at;

    DELETE FROM bothost.holders WHERE holder = ANY (ARRAY(
        SELECT h.holder FROM bothost.holders h
        WHERE h.expires_at < clock_timestamp() - interval '1 hour'
        FOR UPDATE SKIP LOCKED));
END $$;

CREATE FUNCTION bothost.retire(p_holder text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM bothost.holders WHERE holder = p_holder
$$;

-- Whether a pending turn may be taken over.
CREATE FUNCTION bothost.abandoned(p_holder text, p_deadline timestamptz) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_deadline <= clock_timestamp() OR NOT EXISTS (
        SELECT FROM bothost.holders WHERE holder = p_holder AND expires_at > clock_timestamp())
$$;
