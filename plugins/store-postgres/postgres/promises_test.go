package postgres_test

// promise is what the schema promises of all its tables and functions.
type promise struct {
	// exceptions answers with the names of what does not keep it. @role is the
	// role that serves.
	exceptions string
	// broken are statements each of which breaks it. $role is the same.
	broken []string
}

// promises are by what an exception is.
var promises = map[string]promise{
	"a table, view or sequence that the serving role reaches without forced row-level security": {
		exceptions: `
		SELECT c.relname FROM pg_class c
		WHERE c.relnamespace = 'bothost'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
		  AND c.relname <> 'schema_versions'
		  AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
		  AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(@role, c.oid, 'USAGE, SELECT, UPDATE')
		           ELSE has_table_privilege(@role, c.oid, 'SELECT, INSERT, UPDATE, DELETE')
		             OR has_any_column_privilege(@role, c.oid, 'SELECT, INSERT, UPDATE') END`,
		broken: []string{
			`GRANT SELECT ON bothost.api_keys TO $role`,
			`GRANT SELECT (hash) ON bothost.api_keys TO $role`,
			`ALTER TABLE bothost.turns NO FORCE ROW LEVEL SECURITY`,
			`CREATE TABLE bothost.notes (tenant text); GRANT INSERT ON bothost.notes TO $role`,
			`CREATE VIEW bothost.all_turns AS TABLE bothost.turns; GRANT SELECT ON bothost.all_turns TO $role`,
			`CREATE SEQUENCE bothost.numbers; GRANT USAGE ON bothost.numbers TO $role`,
		},
	},
	"a right that row-level security does not bind": {
		exceptions: `
		SELECT c.relname FROM pg_class c
		WHERE c.relnamespace = 'bothost'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
		  AND (has_table_privilege(@role, c.oid, 'TRUNCATE, REFERENCES, TRIGGER')
		       OR has_any_column_privilege(@role, c.oid, 'REFERENCES'))`,
		broken: []string{
			`GRANT TRUNCATE ON bothost.turns TO $role`,
			`GRANT REFERENCES (tenant) ON bothost.turns TO $role`,
		},
	},
	"a right on the list of versions besides reading it": {
		exceptions: `
		SELECT relname FROM pg_class
		WHERE oid = 'bothost.schema_versions'::regclass AND has_table_privilege(@role, oid, 'INSERT, UPDATE, DELETE')`,
		broken: []string{
			`GRANT DELETE ON bothost.schema_versions TO $role`,
		},
	},
	"a table under row-level security whose policy is not the one for all": {
		exceptions: `
		SELECT c.relname FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
		WHERE c.relnamespace = 'bothost'::regnamespace AND c.relrowsecurity
		  AND (p.oid IS NULL OR p.polcmd <> '*' OR NOT p.polpermissive OR p.polroles <> '{0}'
		       OR p.polwithcheck IS NOT NULL
		       OR pg_get_expr(p.polqual, c.oid) <> '(tenant = current_setting(''bothost.tenant''::text, true))')`,
		broken: []string{
			`DROP POLICY own_tenant ON bothost.turns`,
			`ALTER POLICY own_tenant ON bothost.turns USING (true)`,
			`ALTER POLICY own_tenant ON bothost.turns WITH CHECK (true)`,
			`CREATE POLICY another ON bothost.turns FOR SELECT USING (true)`,
		},
	},
	"a right of everybody": {
		exceptions: `
		SELECT object FROM (
			SELECT oid::regprocedure::text, proacl, 'f'::"char", proowner FROM pg_proc
			WHERE pronamespace = 'bothost'::regnamespace
			UNION ALL
			SELECT oid::regclass::text, relacl, 'r', relowner FROM pg_class
			WHERE relnamespace = 'bothost'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
			UNION ALL
			SELECT nspname, nspacl, 'n', nspowner FROM pg_namespace WHERE nspname = 'bothost'
		) AS o (object, acl, kind, owner), aclexplode(coalesce(acl, acldefault(kind, owner))) AS granted
		WHERE granted.grantee = 0`,
		broken: []string{
			`CREATE FUNCTION bothost.fresh() RETURNS integer LANGUAGE sql AS 'SELECT 1'`,
			`GRANT SELECT ON bothost.tenants TO PUBLIC`,
			`GRANT USAGE ON SCHEMA bothost TO PUBLIC`,
		},
	},
	"a function that runs as its owner with a search_path of the caller's": {
		exceptions: `
		SELECT oid::regprocedure::text FROM pg_proc
		WHERE pronamespace = 'bothost'::regnamespace AND prosecdef
		  AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)`,
		broken: []string{
			`ALTER FUNCTION bothost.get_key RESET search_path`,
			`ALTER FUNCTION bothost.fail_turn SECURITY DEFINER`,
		},
	},
	// Where the owner is a superuser, row-level security would not bind it.
	"a function that runs as its owner and touches tenants' data": {
		exceptions: `
		SELECT p.oid::regprocedure::text FROM pg_proc p, pg_class c
		WHERE p.pronamespace = 'bothost'::regnamespace AND p.prosecdef
		  AND c.relnamespace = 'bothost'::regnamespace AND c.relrowsecurity
		  AND p.prosrc ~ ('\mbothost\.' || c.relname || '\M')`,
		broken: []string{
			`ALTER FUNCTION bothost.fail_turn SECURITY DEFINER`,
		},
	},
	// What a caller hands over is never part of a statement's text.
	"a function that makes statements as it runs": {
		exceptions: `
		SELECT oid::regprocedure::text FROM pg_proc
		WHERE pronamespace = 'bothost'::regnamespace AND prosrc ~* '\mEXECUTE\M'`,
		broken: []string{
			`CREATE FUNCTION bothost.fresh(p text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE p; END'`,
		},
	},
	"a function that names another tenant than it was given, or for longer than a transaction": {
		exceptions: `
		SELECT oid::regprocedure::text FROM pg_proc
		WHERE pronamespace = 'bothost'::regnamespace
		  AND replace(prosrc, 'PERFORM set_config(''bothost.tenant'', p_tenant, true);', '') ~ 'bothost\.tenant\M'`,
		broken: []string{
			`CREATE FUNCTION bothost.fresh(p_tenant text) RETURNS text LANGUAGE sql
				AS $$ SELECT set_config('bothost.tenant', p_tenant, false) $$`,
		},
	},
	"a table of tenants' data without a primary key": {
		exceptions: `
		SELECT c.relname FROM pg_class c
		WHERE c.relnamespace = 'bothost'::regnamespace AND c.relrowsecurity
		  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)`,
		broken: []string{
			`ALTER TABLE bothost.messages DROP CONSTRAINT messages_pkey`,
		},
	},
	"a primary key that does not lead with the tenant": {
		exceptions: `
		SELECT c.relname FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid
		WHERE c.relnamespace = 'bothost'::regnamespace AND c.relrowsecurity AND i.indisprimary
		  AND pg_get_indexdef(i.indexrelid, 1, true) <> 'tenant'`,
		broken: []string{
			`ALTER TABLE bothost.messages DROP CONSTRAINT messages_pkey, ADD PRIMARY KEY (conversation, tenant, turn, index)`,
		},
	},
	// Neither partitions nor Citus could keep it, and its collisions would tell a
	// tenant what another has.
	"a unique index without the tenant": {
		exceptions: `
		SELECT i.indexrelid::regclass::text FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid
		WHERE c.relnamespace = 'bothost'::regnamespace AND c.relrowsecurity AND i.indisunique
		  AND NOT EXISTS (SELECT FROM generate_series(1, i.indnkeyatts) n
		                  WHERE pg_get_indexdef(i.indexrelid, n, true) = 'tenant')`,
		broken: []string{
			`CREATE UNIQUE INDEX ON bothost.turns (token) INCLUDE (tenant)`,
		},
	},
	"a reference that leaves the tenant": {
		exceptions: `
		SELECT k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
		WHERE k.connamespace = 'bothost'::regnamespace AND k.contype = 'f' AND NOT EXISTS (
			SELECT FROM unnest(k.conkey, k.confkey) AS pair (here, there)
			JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.here AND a.attname = 'tenant'
			JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.there AND b.attname = 'tenant')`,
		broken: []string{
			`ALTER TABLE bothost.turns ADD FOREIGN KEY (tenant, holder) REFERENCES bothost.conversations (id, tenant)`,
		},
	},
	"a trigger, rule or exclusion beside the references": {
		exceptions: `
		SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
		WHERE c.relnamespace = 'bothost'::regnamespace AND NOT t.tgisinternal
		UNION ALL SELECT rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
		WHERE c.relnamespace = 'bothost'::regnamespace
		UNION ALL SELECT conname FROM pg_constraint WHERE connamespace = 'bothost'::regnamespace AND contype = 'x'`,
		broken: []string{
			`CREATE RULE lost AS ON INSERT TO bothost.turns DO INSTEAD NOTHING`,
			`ALTER TABLE bothost.turns ADD EXCLUDE (token WITH =)`,
		},
	},
}
