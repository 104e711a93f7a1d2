-- Where the database's administrator has set bothost.partitions, the tables of
-- tenants' data are partitioned by the hash of the tenant. What is declared of
-- them from here on reaches every partition. A statement names its tenant, so it
-- reads one partition.

DO $$
DECLARE
    wanted     integer := nullif(current_setting('bothost.partitions', true), '');
    table_name text;
BEGIN
    IF wanted IS NULL THEN
        RETURN;
    ELSIF wanted NOT BETWEEN 1 AND 1024 THEN
        RAISE EXCEPTION 'bothost.partitions is %, and must be from 1 to 1024', wanted;
    END IF;

    FOREACH table_name IN ARRAY ARRAY(
        SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'bothost'::regnamespace AND c.relkind = 'r' AND a.attname = 'tenant')
    LOOP
        EXECUTE format('ALTER TABLE bothost.%I RENAME TO whole', table_name);
        EXECUTE format('CREATE TABLE bothost.%I (LIKE bothost.whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
                        PARTITION BY HASH (tenant)', table_name);
        DROP TABLE bothost.whole;
        FOR remainder IN 0 .. wanted - 1 LOOP
            EXECUTE format('CREATE TABLE bothost.%I PARTITION OF bothost.%I
                            FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
                           table_name || '_' || remainder, table_name, wanted, remainder);
        END LOOP;
    END LOOP;
END $$;
