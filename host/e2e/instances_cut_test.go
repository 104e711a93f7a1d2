//go:build linux

package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestInstancesWhoseStreamIsCut checks that an instance which does not hear of
// changes serves them all the same, with its next turn, and tells of its state
// once: where its connection for changes is closed and cannot be made again, and
// where that tells nothing any more.
func TestInstancesWhoseStreamIsCut(t *testing.T) {
	t.Parallel()
	server := newPostgres(t)
	for _, kind := range []cut{severed, silent} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			tenant := string(kind)
			path := "/v1/tenants/" + tenant
			line := newLine(t, server.Port())
			here, there := newInstance(t, server.Store()), newInstance(t, through(server, line.port))
			here.register(tenant, named("before"))
			made := here.wants(http.StatusCreated, http.MethodPost, path+"/keys", nil)
			customer := there.with(made.body["key"].(string))
			customer.wants(http.StatusOK, http.MethodGet, "/v1/conversations", nil)
			serves := func(want string) {
				t.Helper()
				if got := there.model(tenant, "c"); got != want {
					t.Errorf("served by %s, want %s", got, want)
				}
			}
			serves("before")

			line.cut(kind)
			// What was told just before is believed for a second.
			time.Sleep(1100 * time.Millisecond)
			for i := range 3 {
				model := fmt.Sprint("after-", i)
				here.register(tenant, named(model))
				serves(model)
			}
			here.wants(http.StatusOK, http.MethodPatch, path, object{"active": false})
			serves("403")
			here.wants(http.StatusOK, http.MethodPatch, path, object{"active": true})
			serves("after-2")
			here.wants(http.StatusNoContent, http.MethodDelete, path+"/keys/"+made.body["id"].(string), nil)
			customer.wants(http.StatusUnauthorized, http.MethodGet, "/v1/conversations", nil)
			soonWithin(t, 15*time.Second, "the log says that changes are not heard", func() bool { return there.says("are not heard") > 0 })
			here.wants(http.StatusNoContent, http.MethodDelete, path, nil)
			serves("404")

			line.mend()
			soonWithin(t, 60*time.Second, "the log says that changes are heard again", func() bool { return there.says("are heard again") > 0 })
			here.wants(http.StatusCreated, http.MethodPut, path+"?restore=true", named("mended"))
			soon(t, "changes are served", func() bool { return there.model(tenant, "c") == "mended" })
			for _, words := range []string{"are not heard", "are heard again"} {
				if count := there.says(words); count != 1 {
					t.Errorf("the log says %d times that changes %s", count, words)
				}
			}
		})
	}
}

// says counts the lines of the log that hold some words.
func (i *instance) says(words string) int { return strings.Count(i.log(), words) }
