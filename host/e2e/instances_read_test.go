//go:build linux

package e2e

import (
	"net/http"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/bothost/bothost/host/internal/rig"
)

// TestReadingWritesNothing checks that whatever is read of the registry, and
// whoever is served from it, on one instance or the other, no row of it is
// written: not even anew with what is in it.
func TestReadingWritesNothing(t *testing.T) {
	t.Parallel()
	server := newPostgres(t)
	here, there := newInstance(t, server.Store()), newInstance(t, server.Store())
	path := "/v1/tenants/known"
	here.register("known", named("known"))
	here.register("off", named("off"))
	here.wants(http.StatusOK, http.MethodPatch, "/v1/tenants/off", object{"active": false})
	here.register("gone", named("gone"))
	here.wants(http.StatusNoContent, http.MethodDelete, "/v1/tenants/gone", nil)
	key := here.wants(http.StatusCreated, http.MethodPost, path+"/keys", nil).body["key"].(string)
	before := registryRows(t, server)

	for _, i := range []*instance{here, there} {
		for range 2 {
			for tenant, want := range map[string]string{"known": "known", "off": "403", "gone": "404", "never": "404"} {
				if got := i.model(tenant, "c"); got != want {
					t.Errorf("%s is answered by %s, want %s", tenant, got, want)
				}
			}
			i.with(key).wants(http.StatusOK, http.MethodGet, "/v1/conversations", nil)
			i.with("bh_0011223344556677_unknown").wants(http.StatusUnauthorized, http.MethodGet, "/v1/conversations", nil)
			i.wants(http.StatusOK, http.MethodGet, "/v1/tenants", nil)
			i.wants(http.StatusOK, http.MethodGet, path+"?effective=true", nil)
			i.wants(http.StatusOK, http.MethodGet, path+"/keys", nil)
			i.wants(http.StatusNotFound, http.MethodGet, "/v1/tenants/gone", nil)
			i.wants(http.StatusNotFound, http.MethodPatch, "/v1/tenants/gone", object{"active": true})
			i.wants(http.StatusPreconditionFailed, http.MethodPut, path, named("stale"), "If-Match", `"1000000"`)
			i.wants(http.StatusUnprocessableEntity, http.MethodPut, path, object{"llm": object{"no": "such key"}})
			i.wants(http.StatusNoContent, http.MethodDelete, "/v1/cache", nil)
		}
	}
	if after := registryRows(t, server); after != before {
		t.Errorf("the registry was\n%s\nand is\n%s", before, after)
	}
}

// registryRows gives every row of the registry with the transaction that wrote it.
func registryRows(t *testing.T, server *rig.Postgres) string {
	t.Helper()
	connection, err := server.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(t.Context())
	rows, err := connection.Query(t.Context(), `
		SELECT string_agg(line, E'\n' ORDER BY line) FROM (
			SELECT 'registry ' || xmin || r::text FROM bothost.registry r
			UNION ALL SELECT 'tenant ' || xmin || t::text FROM bothost.tenants t
			UNION ALL SELECT 'key ' || xmin || k::text FROM bothost.api_keys k
			UNION ALL SELECT 'change ' || xmin || c::text FROM bothost.changes c
		) all_rows (line)`)
	if err != nil {
		t.Fatal(err)
	}
	text, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return text
}
