-- The registry of tenants. It spans tenants, so the serving role reaches its
-- tables through the functions only, which run as their owner.
--
-- Every change holds the lock on the one row of registry until it is committed.
-- So revisions become visible in their order, and who has read the changes up
-- to a revision has missed none below it.

CREATE TABLE bothost.registry (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision bigint NOT NULL
);
INSERT INTO bothost.registry (revision) VALUES (0);

CREATE TABLE bothost.tenants (
    name       text COLLATE "C" PRIMARY KEY,
    uid        text NOT NULL,
    revision   bigint NOT NULL,
    config     text NOT NULL,
    active     boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- Set: a tombstone.
    deleted_at timestamptz
);
-- Tombstones stay, and a page of tenants does not read through them.
CREATE INDEX tenants_by_name ON bothost.tenants (name) WHERE deleted_at IS NULL;

CREATE TABLE bothost.api_keys (
    id         text COLLATE "C" PRIMARY KEY,
    tenant     text COLLATE "C" NOT NULL,
    -- Of a tenant that is registered; empty for one that is kept in a file.
    tenant_uid text NOT NULL,
    hash       bytea NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
-- Keys that were revoked stay, too.
CREATE INDEX api_keys_by_tenant ON bothost.api_keys (tenant, created_at, id) WHERE revoked_at IS NULL;

CREATE TABLE bothost.changes (
    revision bigint PRIMARY KEY,
    type     text NOT NULL CHECK (type IN ('tenant', 'tenant_deleted', 'key_revoked')),
    tenant   text NOT NULL,
    key_id   text NOT NULL
);

CREATE FUNCTION bothost.lock_registry() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bothost.wait_for_disk();
    PERFORM FROM bothost.registry FOR UPDATE;
END $$;

-- Only for the functions below, which have locked the registry.
CREATE FUNCTION bothost.record_change(p_type text, p_tenant text, p_key_id text)
    RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    taken bigint;
BEGIN
    UPDATE bothost.registry SET revision = revision + 1 RETURNING revision INTO taken;
    INSERT INTO bothost.changes (revision, type, tenant, key_id) VALUES (taken, p_type, p_tenant, p_key_id);
    PERFORM pg_notify('bothost_registry', '');
    RETURN taken;
END $$;

CREATE FUNCTION bothost.registry_revision() RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT revision FROM bothost.registry
$$;

CREATE FUNCTION bothost.changes_after(p_revision bigint, p_limit bigint) RETURNS SETOF bothost.changes
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT * FROM bothost.changes WHERE revision > p_revision ORDER BY revision LIMIT p_limit
$$;
