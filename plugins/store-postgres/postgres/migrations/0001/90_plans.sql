-- How the server plans the statements on tenants' data. It plans by statistics,
-- which may be older than most of the rows: a table that was small when it was
-- analyzed would be read as a whole, and an index that is small would be preferred
-- to the one that needs no filter besides. So where a tenant is named, and in what
-- is called there, the pages of an index cost nothing: what counts is the rows
-- that are looked at. Nor are rows collected before the first is used, which would
-- collect those of a whole conversation for the sake of its end.

DO $$
DECLARE
    entry regprocedure;
BEGIN
    FOR entry IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'bothost'::regnamespace AND prosrc LIKE '%set_config(''bothost.tenant''%'
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET random_page_cost = 0', entry);
        EXECUTE format('ALTER FUNCTION %s SET enable_bitmapscan = off', entry);
    END LOOP;
END $$;
