package plugintest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

func wantCode(t T, err error, code fault.Code, what string) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("%s: was done, want it refused as %q", what, code)
	case !fault.Is(err, code):
		t.Errorf("%s: got the error %q, which is %q; want one that is %q", what, err, fault.As(err).Code, code)
	}
}

// wantReason checks for a conflict with that reason.
func wantReason(t T, err error, reason, what string) {
	t.Helper()
	if wantCode(t, err, fault.Conflict, what); fault.Is(err, fault.Conflict) && !fault.HasReason(err, reason) {
		t.Errorf("%s: got the error %q with reason %q, want reason %q", what, err, fault.As(err).Reason, reason)
	}
}

// readPages reads a list to its end, and checks the form of its pages: each but
// the first has something.
func readPages[I any](t T, read func(after string) (store.Page[I], error), limit int) []I {
	t.Helper()
	return readChangingPages(t, func(after string) (store.Page[I], error) {
		page, err := read(after)
		if err == nil && after != "" && len(page.Items) == 0 {
			t.Fatalf("a page has led to an empty one")
		}
		return page, err
	}, limit)
}

// readChangingPages is readPages of a list that others take from meanwhile: what a
// page led to may be gone.
func readChangingPages[I any](t T, read func(after string) (store.Page[I], error), limit int) []I {
	t.Helper()
	var all []I
	for after := ""; ; {
		page, err := read(after)
		if err != nil {
			t.Fatalf("read a page: %v", err)
		}
		if len(page.Items) > limit {
			t.Fatalf("a page of at most %d has %d items", limit, len(page.Items))
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			return all
		}
		if len(page.Items) == 0 || page.Next == after {
			t.Fatalf("a page leads no further: %d items, and the cursor %q after %q", len(page.Items), page.Next, after)
		}
		after = page.Next
	}
}

// sameJSON compares documents by what they say, since a store may keep them in
// a form of its own.
func sameJSON(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	return reflect.DeepEqual(parsed(a), parsed(b))
}

func parsed(data []byte) (value any) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	return value
}

// eventually repeats a check until it holds, for what a store's own clock
// decides. It waits between tries, for at most patience.
func eventually(t T, patience time.Duration, what string, holds func() bool) {
	t.Helper()
	const pause = 5 * time.Millisecond
	for deadline := time.Now().Add(patience); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s", what, patience)
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("%s: %v", what, t.Context().Err())
		case <-time.After(pause):
		}
	}
}
