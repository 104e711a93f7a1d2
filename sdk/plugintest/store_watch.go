package plugintest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

func watchCases() []TenantCase {
	return []TenantCase{
		{"a watch begins with its position", inRegistry(watchPosition)},
		{"a watch tells each change after a revision, in order", inRegistry(watchHistory)},
		{"a watch tells a change within a second", inRegistry(watchLive)},
		{"a watch from now tells nothing of before", inRegistry(watchFromNow)},
		{"a watch goes on to say where it is", inRegistry(watchSilence)},
		{"a watch ends with the error of who watches", inRegistry(watchEnds)},
		{"a watch skips nothing while many write", inRegistry(watchUnderWriters)},
		{"what changes nothing is no change", inRegistry(watchNoChange)},
	}
}

func watchPosition(r *registry) {
	revision := r.put(r.name(""), `{}`).Revision
	now := r.watch(nil)
	defer now.end()
	if got := now.position(); got < revision {
		r.Errorf("now is revision %d, but %d was before", got, revision)
	}
	then := r.watch(&revision)
	defer then.end()
	if got := then.position(); got != revision {
		r.Errorf("a watch after revision %d starts after %d", revision, got)
	}
}

func watchHistory(r *registry) {
	before := r.put(r.name(""), `{}`).Revision
	changed := r.put(r.name(""), `{"k":1}`)
	off, err := r.store.SetTenantActive(r.Context(), r.name(""), false)
	r.must(err, "switch off")
	key := r.createKey(r.key(r.name(""), "1"))
	r.must(r.store.RevokeKey(r.Context(), key.Tenant, key.ID), "revoke")
	r.delete(r.name(""), false)
	w := r.watch(&before)
	defer w.end()
	last := w.position()
	want := []store.Change{
		{Revision: changed.Revision, Type: store.TenantChanged, Tenant: r.name("")},
		{Revision: off.Revision, Type: store.TenantChanged, Tenant: r.name("")},
		{Type: store.KeyRevoked, Tenant: r.name(""), KeyID: key.ID},
		{Type: store.TenantGone, Tenant: r.name("")},
	}
	for _, change := range want {
		got := w.change(&last)
		if change.Revision == 0 {
			change.Revision = got.Revision
		}
		if got != change {
			r.Errorf("got the change %+v, want %+v", got, change)
		}
	}
}

func watchLive(r *registry) {
	w := r.watch(nil)
	defer w.end()
	last := w.position()
	var late []store.ChangeType
	told := func(want store.ChangeType, change func()) {
		start := time.Now()
		change()
		if got := w.change(&last); got.Type != want || got.Tenant != r.name("") {
			r.Errorf("the watch tells %+v, want %s of %s", got, want, r.name(""))
		}
		if time.Since(start) > changeDelay {
			late = append(late, want)
		}
	}
	for attempt := range attempts {
		late = nil
		told(store.TenantChanged, func() { r.put(r.name(""), `{}`) })
		told(store.KeyRevoked, func() {
			key := r.createKey(r.key(r.name(""), fmt.Sprint(attempt)))
			r.must(r.store.RevokeKey(r.Context(), key.Tenant, key.ID), "revoke")
		})
		told(store.TenantGone, func() { r.delete(r.name(""), true) })
		if late == nil {
			return
		}
	}
	r.Errorf("after %s and more, in each of %d attempts, the watch told %v", changeDelay, attempts, late)
}

func watchFromNow(r *registry) {
	r.put(r.name("before"), `{}`)
	w := r.watch(nil)
	defer w.end()
	last := w.position()
	r.put(r.name("after"), `{}`)
	if got := w.change(&last); got.Tenant != r.name("after") {
		r.Errorf("the first change since is %+v", got)
	}
}

// Who watches must be able to tell that nothing changes from that nothing is told.
func watchSilence(r *registry) {
	w := r.watch(nil)
	defer w.end()
	last := w.position()
	for inTime, late := 0, 0; inTime < 3; {
		start := time.Now()
		switch event := w.next(patience).(type) {
		case store.Position:
			if event.Revision != last {
				r.Errorf("the watch says that it is at revision %d after it told %d", event.Revision, last)
			}
		case store.Change:
			// Of somebody else's tenant.
			last = event.Revision
		}
		if time.Since(start) <= changeDelay {
			inTime++
		} else if late++; late == attempts {
			r.Fatalf("the watch told nothing for over %s, %d times", changeDelay, late)
		}
	}
}

func watchEnds(r *registry) {
	enough := errors.New("enough")
	err := r.store.WatchTenants(r.Context(), nil, func(store.WatchEvent) error { return enough })
	if !errors.Is(err, enough) {
		r.Errorf("the watch ended with %v, want the error of emit", err)
	}
}

func watchUnderWriters(r *registry) {
	const writers, each = 6, 10
	w := r.watch(nil)
	defer w.end()
	last := w.position()
	written := make(chan []uint64, 1)
	go func() { written <- r.writeAtOnce(writers, each) }()
	var got []uint64
	for range writers * each {
		got = append(got, w.change(&last).Revision)
	}
	want := <-written
	slices.Sort(want)
	if !slices.Equal(got, want) {
		r.Errorf("the watch told the revisions %d, want %d", got, want)
	}
}

// writeAtOnce changes a tenant for each writer, and gives the revisions.
func (r *registry) writeAtOnce(writers, each int) []uint64 {
	revisions := make([]uint64, writers*each)
	atOnce(writers, func(writer int) {
		name := r.name(fmt.Sprint(writer))
		for i := range each {
			tenant, _, err := r.store.PutTenant(r.Context(), store.PutTenant{Name: name, Config: []byte(`{}`)})
			if err != nil {
				r.Errorf("put tenant: %v", err)
			}
			revisions[writer*each+i] = tenant.Revision
		}
	})
	return revisions
}

func watchNoChange(r *registry) {
	w := r.watch(nil)
	defer w.end()
	last := w.position()
	first := r.put(r.name(""), `{}`)
	_, err := r.store.SetTenantActive(r.Context(), r.name(""), true)
	r.must(err, "switch on what is on")
	stale := first.Revision + 1_000_000
	_, _, err = r.store.PutTenant(r.Context(), store.PutTenant{Name: r.name(""), Config: []byte(`{}`), IfRevision: &stale})
	wantReason(r.T, err, fault.RevisionMismatch, "change a tenant at another revision")
	second := r.put(r.name(""), `{"k":1}`)
	for _, want := range []uint64{first.Revision, second.Revision} {
		if got := w.change(&last); got.Revision != want {
			r.Errorf("the watch tells revision %d, want %d", got.Revision, want)
		}
	}
}
