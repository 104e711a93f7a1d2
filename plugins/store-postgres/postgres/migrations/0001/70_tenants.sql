-- Tenants of the registry.

-- Answers 'created', 'changed', 'deleted' (a tombstone holds the name) or
-- 'mismatch', and the tenant if it was changed.
CREATE FUNCTION bothost.put_tenant(
    p_name text, p_config text, p_if_revision bigint, p_restore boolean,
    OUT outcome text, OUT tenant bothost.tenants
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known   boolean;
    taken    bigint;
BEGIN
    PERFORM bothost.lock_registry();
    SELECT * INTO tenant FROM bothost.tenants WHERE name = p_name;
    known := FOUND AND tenant.deleted_at IS NULL;
    IF tenant.deleted_at IS NOT NULL AND NOT p_restore THEN
        outcome := 'deleted';
        RETURN;
    END IF;
    IF p_if_revision <> (CASE WHEN known THEN tenant.revision ELSE 0 END) THEN
        outcome := 'mismatch';
        RETURN;
    END IF;

    outcome := CASE WHEN known THEN 'changed' ELSE 'created' END;
    taken := bothost.record_change('tenant', p_name, '');
    INSERT INTO bothost.tenants AS t (name, uid, revision, config, active, created_at, updated_at)
    VALUES (p_name, gen_random_uuid()::text, taken, p_config, true, clock_timestamp(), clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET
        revision = excluded.revision, config = excluded.config, updated_at = excluded.updated_at,
        active = t.active OR t.deleted_at IS NOT NULL, deleted_at = NULL
    RETURNING * INTO tenant;
END $$;

CREATE FUNCTION bothost.get_tenant(p_name text) RETURNS SETOF bothost.tenants
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT * FROM bothost.tenants WHERE name = p_name AND deleted_at IS NULL
$$;

CREATE FUNCTION bothost.list_tenants(p_after text, p_limit bigint) RETURNS SETOF bothost.tenants
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT * FROM bothost.tenants WHERE name > p_after AND deleted_at IS NULL ORDER BY name LIMIT p_limit
$$;

-- No row: no such tenant.
CREATE FUNCTION bothost.set_tenant_active(p_name text, p_active boolean) RETURNS SETOF bothost.tenants
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM bothost.lock_registry();
    PERFORM FROM bothost.tenants WHERE name = p_name AND deleted_at IS NULL AND active <> p_active;
    IF FOUND THEN
        UPDATE bothost.tenants SET
            active = p_active, revision = bothost.record_change('tenant', p_name, ''),
            updated_at = clock_timestamp()
        WHERE name = p_name;
    END IF;
    RETURN QUERY SELECT * FROM bothost.tenants WHERE name = p_name AND deleted_at IS NULL;
END $$;

-- Answers whether there was something to delete.
CREATE FUNCTION bothost.delete_tenant(p_name text, p_purge boolean) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    t   bothost.tenants;
    key text;
BEGIN
    PERFORM bothost.lock_registry();
    SELECT * INTO t FROM bothost.tenants WHERE name = p_name;
    IF NOT FOUND OR (t.deleted_at IS NOT NULL AND NOT p_purge) THEN
        RETURN false;
    END IF;

    -- The tenant first: a key being made holds its row until it is committed,
    -- and so is found below.
    UPDATE bothost.tenants SET
        revision = bothost.record_change('tenant_deleted', p_name, ''), deleted_at = clock_timestamp()
    WHERE name = p_name;
    FOR key IN
        UPDATE bothost.api_keys SET revoked_at = clock_timestamp()
        WHERE tenant = p_name AND revoked_at IS NULL
        RETURNING id
    LOOP
        PERFORM bothost.record_change('key_revoked', p_name, key);
    END LOOP;
    IF p_purge THEN
        DELETE FROM bothost.tenants WHERE name = p_name;
    END IF;
    RETURN true;
END $$;
