-- Row-level security is forced, on the tables' owner too: a statement sees the
-- rows of the tenant that its transaction has named, and none before it names
-- one. The functions of this schema name it first of all. Partitions get it as
-- well, for whoever does not go through their table.

DO $$
DECLARE
    table_name text;
BEGIN
    FOR table_name IN
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'bothost'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant'
    LOOP
        EXECUTE format('ALTER TABLE bothost.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', table_name);
        EXECUTE format($policy$CREATE POLICY own_tenant ON bothost.%I
            USING (tenant = current_setting('bothost.tenant', true))$policy$, table_name);
    END LOOP;
END $$;
