package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/bothost/bothost/sdk/store"
)

// Connections that are cut anywhere, in the midst of what is sent or answered, or
// of being made, lose nothing that was confirmed and double nothing.
func TestConnectionsThatAreCutAnywhere(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	p := proxyTo(t, d.Port)
	s := open(t, p.before(separated(d)))
	beat(t, s)
	p.cutWithin.Store(30_000)
	p.cutAll()

	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	workers := make([]*worker, 4)
	for i := range workers {
		workers[i] = &worker{store: s, scope: store.Scope{Tenant: "acme", Conversation: fmt.Sprint("c", i)}}
		work.Go(func() { workers[i].run(ctx, t) })
	}
	for range 8 {
		progress(t, workers)
	}
	stop()
	work.Wait()
	p.cutWithin.Store(0)
	p.cutAll()
	failed := int64(0)
	for _, w := range workers {
		w.check(t)
		failed += w.failed.Load()
	}
	t.Logf("%d calls failed", failed)
}
