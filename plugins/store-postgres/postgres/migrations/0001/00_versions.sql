-- The schema itself, and the versions it has been brought to. A database's
-- administrator may have made the schema beforehand, for an owner who may not
-- make one.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'bothost') THEN
        CREATE SCHEMA bothost;
    END IF;
END $$;

CREATE TABLE bothost.schema_versions (
    version    integer PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
);
