package httpapi_test

import (
	"net/http"
	"testing"
)

// TestLostDeletion checks that a deletion which has happened is told as one, even
// if the store's process ended before it could say so.
func TestLostDeletion(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	h.want(t, 200, post("/v1/chat", `{"message":"Hi","conversation_id":"c"}`))
	h.store.losesDeletion = true
	remove := call{method: http.MethodDelete, target: "/v1/conversations/c"}
	h.want(t, 200, remove)
	h.want(t, 404, remove)
}
