-- API keys. A key of a registered tenant binds to the tenant's uid, so that it
-- does not come back with the name.

CREATE FUNCTION bothost.key_is_valid(p_key bothost.api_keys) RETURNS boolean
    LANGUAGE sql STABLE AS $$
    SELECT p_key.revoked_at IS NULL AND (p_key.tenant_uid = '' OR EXISTS (
        SELECT FROM bothost.tenants t
        WHERE t.name = p_key.tenant AND t.uid = p_key.tenant_uid AND t.deleted_at IS NULL))
$$;

-- No row: the id is taken by another key, or by one that was revoked.
CREATE FUNCTION bothost.create_key(p_id text, p_tenant text, p_tenant_uid text, p_hash bytea)
    RETURNS SETOF bothost.api_keys
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known text;
BEGIN
    PERFORM bothost.wait_for_disk();
    SELECT t.uid INTO known FROM bothost.tenants t
    WHERE t.name = p_tenant AND t.deleted_at IS NULL
    FOR SHARE;
    INSERT INTO bothost.api_keys (id, tenant, tenant_uid, hash, created_at)
    VALUES (p_id, p_tenant, coalesce(nullif(p_tenant_uid, ''), known, ''), p_hash, clock_timestamp())
    ON CONFLICT (id) DO NOTHING;
    RETURN QUERY SELECT * FROM bothost.api_keys
    WHERE id = p_id AND tenant = p_tenant AND hash = p_hash AND revoked_at IS NULL;
END $$;

CREATE FUNCTION bothost.list_keys(p_tenant text) RETURNS SETOF bothost.api_keys
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.* FROM bothost.api_keys k
    WHERE k.tenant = p_tenant AND k.revoked_at IS NULL AND bothost.key_is_valid(k)
    ORDER BY k.created_at, k.id
$$;

CREATE FUNCTION bothost.get_key(p_id text) RETURNS SETOF bothost.api_keys
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.* FROM bothost.api_keys k WHERE k.id = p_id AND bothost.key_is_valid(k)
$$;

-- Answers whether the tenant had such a key.
CREATE FUNCTION bothost.revoke_key(p_tenant text, p_id text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM bothost.lock_registry();
    UPDATE bothost.api_keys SET revoked_at = clock_timestamp()
    WHERE id = p_id AND tenant = p_tenant AND revoked_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM bothost.record_change('key_revoked', p_tenant, p_id);
    RETURN true;
END $$;
