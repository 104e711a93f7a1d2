//go:build linux

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bothost/bothost/host/internal/rig"
)

// TestInstancesWhoseStreamIsCut checks that instances which do not hear of changes
// serve them all the same, with the next turn, and tell of their state once:
// whether the database refuses to tell, or does not answer.
func TestInstancesWhoseStreamIsCut(t *testing.T) {
	t.Parallel()
	for kind, body := range map[string]string{
		"refused": "RAISE EXCEPTION 'nothing is told';",
		"silent":  "PERFORM pg_sleep(3600);",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server := newPostgres(t)
			here, there := newInstance(t, server.Store()), newInstance(t, server.Store())
			here.register("a", named("before"))
			made := here.wants(http.StatusCreated, http.MethodPost, "/v1/tenants/a/keys", nil)
			customer := there.with(made.body["key"].(string))
			customer.wants(http.StatusOK, http.MethodGet, "/v1/conversations", nil)
			there.serves("a", "before")

			mend := cutStream(t, server, body)
			// What was told just before is believed for a second.
			time.Sleep(1100 * time.Millisecond)
			for i := range 3 {
				model := fmt.Sprint("after-", i)
				here.register("a", named(model))
				there.serves("a", model)
			}
			here.wants(http.StatusOK, http.MethodPatch, "/v1/tenants/a", object{"active": false})
			there.serves("a", "403")
			here.wants(http.StatusOK, http.MethodPatch, "/v1/tenants/a", object{"active": true})
			there.serves("a", "after-2")
			here.wants(http.StatusNoContent, http.MethodDelete, "/v1/tenants/a/keys/"+made.body["id"].(string), nil)
			customer.wants(http.StatusUnauthorized, http.MethodGet, "/v1/conversations", nil)
			here.wants(http.StatusNoContent, http.MethodDelete, "/v1/tenants/a", nil)
			there.serves("a", "404")
			soonWithin(t, 30*time.Second, "the log says that changes are not heard", func() bool { return there.says("are not heard;") > 0 })

			mend()
			soonWithin(t, 60*time.Second, "the log says that changes are heard again", func() bool { return there.says("are heard again") > 0 })
			here.wants(http.StatusCreated, http.MethodPut, "/v1/tenants/a?restore=true", named("mended"))
			soon(t, "changes are served", func() bool { return there.model("a", "c") == "mended" })
			for _, words := range []string{"are not heard;", "are heard again"} {
				if count := there.says(words); count != 1 {
					t.Errorf("the log says %d times that changes %s", count, words)
				}
			}
		})
	}
}

// serves checks which model answers the very next turn of a tenant, or the status.
func (i *instance) serves(tenant, want string) {
	i.t.Helper()
	if got := i.model(tenant, "c"); got != want {
		i.t.Errorf("served by %s, want %s", got, want)
	}
}

// says counts the lines of the log that hold some words.
func (i *instance) says(words string) int { return strings.Count(i.log(), words) }

// cutStream gives the function that tells changes another body, until mend is
// called. Whatever else a database does goes on.
func cutStream(t *testing.T, server *rig.Postgres, body string) (mend func()) {
	t.Helper()
	ctx := context.Background()
	connection, err := server.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close(ctx) })
	var whole, arguments, result string
	err = connection.QueryRow(ctx, `
		SELECT pg_get_functiondef(oid), pg_get_function_arguments(oid), pg_get_function_result(oid)
		FROM pg_proc WHERE oid = 'bothost.changes_after'::regproc`).Scan(&whole, &arguments, &result)
	if err != nil {
		t.Fatal(err)
	}
	replace := func(definition string) {
		if _, err := connection.Exec(ctx, definition, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
	}
	replace(fmt.Sprintf("CREATE OR REPLACE FUNCTION bothost.changes_after(%s) RETURNS %s LANGUAGE plpgsql AS $$ BEGIN %s END $$",
		arguments, result, body))
	return func() { replace(whole) }
}
