//go:build linux

package e2e

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
)

// TestInstancesAgree checks that what is done on one instance is so on the other
// within a second, where that one has used what is changed just before.
func TestInstancesAgree(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]func(*testing.T) object{
		"PostgreSQL": func(t *testing.T) object { return newPostgres(t).Store() },
		"SQLite":     sharedFile,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shared := store(t)
			here, there := newInstance(t, shared), newInstance(t, shared)
			t.Run("changes", func(t *testing.T) { changesAgree(t, here, there) })
			t.Run("keys", func(t *testing.T) { keysAgree(t, here, there) })
			t.Run("removal", func(t *testing.T) { removalAgrees(t, here, there) })
			t.Run("races", func(t *testing.T) { oneChangeWins(t, here, there) })
		})
	}
}

func changesAgree(t *testing.T, here, there *instance) {
	if got := there.model("changed", "c"); got != "404" {
		t.Fatalf("a tenant that nobody has registered is answered by %s", got)
	}
	for _, model := range []string{"first", "second", "third"} {
		here.register("changed", named(model))
		soon(t, "the change is served", func() bool { return there.model("changed", "c") == model })
	}
	path := "/v1/tenants/changed"
	here.wants(http.StatusOK, http.MethodPatch, path, object{"active": false})
	soon(t, "the deactivation is served", func() bool { return there.model("changed", "c") == "403" })
	here.wants(http.StatusOK, http.MethodPatch, path, object{"active": true})
	soon(t, "the tenant is back", func() bool { return there.model("changed", "c") == "third" })
}

func keysAgree(t *testing.T, here, there *instance) {
	here.register("keyed", named("keyed"))
	made := here.wants(http.StatusCreated, http.MethodPost, "/v1/tenants/keyed/keys", nil)
	customer := there.with(made.body["key"].(string))
	chat := func() int {
		return customer.call(http.MethodPost, "/v1/chat", object{"message": "Hello", "conversation_id": "c"}).status
	}
	soon(t, "the key is known", func() bool { return chat() == http.StatusOK })
	here.wants(http.StatusNoContent, http.MethodDelete, "/v1/tenants/keyed/keys/"+made.body["id"].(string), nil)
	soon(t, "the revocation is known", func() bool { return chat() == http.StatusUnauthorized })
}

// removalAgrees checks removal, restoring and purging, while others go on to read
// what is removed: no reader brings anything back.
func removalAgrees(t *testing.T, here, there *instance) {
	here.register("removed", named("old"))
	key := here.wants(http.StatusCreated, http.MethodPost, "/v1/tenants/removed/keys", nil).body["key"].(string)
	if got := there.model("removed", "c"); got != "old" {
		t.Fatalf("answered by %s", got)
	}
	path := "/v1/tenants/removed"
	stop := keepReading(there, path)
	here.wants(http.StatusNoContent, http.MethodDelete, path, nil)
	soon(t, "the removal is known", func() bool { return there.model("removed", "c") == "404" })
	stop()
	there.with(key).wants(http.StatusUnauthorized, http.MethodGet, "/v1/conversations", nil)
	for _, i := range []*instance{here, there} {
		i.wants(http.StatusNotFound, http.MethodGet, path, nil)
		i.wants(http.StatusConflict, http.MethodPut, path, named("new"))
	}
	there.wants(http.StatusCreated, http.MethodPut, path+"?restore=true", named("restored"))
	soon(t, "the tenant is back", func() bool { return here.model("removed", "c") == "restored" })
	if told := len(here.transcript("removed", "c")); told < 4 {
		t.Errorf("a restored tenant has %d messages", told)
	}
	here.with(key).wants(http.StatusUnauthorized, http.MethodGet, "/v1/conversations", nil)

	stop = keepReading(there, path)
	here.wants(http.StatusNoContent, http.MethodDelete, path+"?purge=true", nil)
	soon(t, "the purge is known", func() bool { return there.model("removed", "c") == "404" })
	stop()
	there.wants(http.StatusCreated, http.MethodPut, path, named("another"))
	soon(t, "the new tenant is served", func() bool { return here.model("removed", "d") == "another" })
	if told := there.transcript("removed", "c"); told != nil {
		t.Errorf("a new tenant has the messages of the one before: %+v", told)
	}
}

// keepReading uses a tenant without a pause, until stop is called.
func keepReading(i *instance, path string) (stop func()) {
	done := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				i.model("removed", "c")
				i.call(http.MethodGet, path+"?effective=true", nil)
			}
		}
	})
	return func() {
		close(done)
		readers.Wait()
	}
}

// oneChangeWins checks that of two changes from one revision, made on two
// instances at once, one is taken and the other told that it is stale.
func oneChangeWins(t *testing.T, here, there *instance) {
	revision := here.register("contested", named("start")).body["revision"]
	for round := range 20 {
		match := fmt.Sprintf("%q", fmt.Sprint(revision))
		var answers [2]answer
		var writers sync.WaitGroup
		for i, on := range []*instance{here, there} {
			writers.Go(func() {
				answers[i] = on.call(http.MethodPut, "/v1/tenants/contested", named(fmt.Sprint(round, i)), "If-Match", match)
			})
		}
		writers.Wait()
		winner := 0
		if answers[1].status == http.StatusOK {
			winner = 1
		}
		if answers[winner].status != http.StatusOK || answers[1-winner].status != http.StatusPreconditionFailed {
			t.Fatalf("two changes at once: %d %s and %d %s", answers[0].status, answers[0].raw, answers[1].status, answers[1].raw)
		}
		revision = answers[winner].body["revision"]
		for _, i := range []*instance{here, there} {
			soon(t, "the winner's change is served", func() bool { return i.model("contested", "c") == fmt.Sprint(round, winner) })
		}
	}
}
