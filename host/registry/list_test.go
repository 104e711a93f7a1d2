package registry_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/fault"
)

// TestList checks that pages of any size show every tenant once and in order,
// wherever it is kept.
func TestList(t *testing.T) {
	t.Parallel()
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-c]{1,3}`), 0, 12, rapid.ID[string])
	rapid.Check(t, func(rt *rapid.T) {
		stored, inFiles := names.Draw(rt, "stored"), names.Draw(rt, "in files")
		limit := rapid.IntRange(1, 5).Draw(rt, "limit")
		var want, got []string
		var err error
		synctest.Test(t, func(t *testing.T) {
			h := newHarness()
			h.start(t).register(t, stored...)
			h.files = map[string]registry.Tenant{}
			for _, name := range inFiles {
				h.files[name] = registry.Tenant{Name: name, File: "tenants.d/" + name, Active: true}
			}
			for _, name := range stored {
				want = append(want, name+" ")
				if _, ok := h.files[name]; ok {
					want = want[:len(want)-1]
				}
			}
			for _, name := range inFiles {
				want = append(want, name+" tenants.d/"+name)
			}
			slices.Sort(want)
			got, err = listAll(t, h, limit)
		})
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			rt.Fatalf("%v, the list differs:\n%s", err, diff)
		}
	})
}

// listAll gives name and file of all tenants, page by page.
func listAll(t *testing.T, h *harness, limit int) (all []string, err error) {
	for after := ""; ; {
		page, next, err := h.List(t.Context(), limit, after)
		if err != nil || len(page) > limit || (len(page) == 0 && next != "") {
			return all, fmt.Errorf("after %q: %d items, next %q: %w", after, len(page), next, err)
		}
		for _, tenant := range page {
			all = append(all, tenant.Name+" "+tenant.File)
		}
		if next == "" {
			return all, nil
		}
		after = next
	}
}

func TestListRefusesForeignCursors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		for _, cursor := range []string{"?", "YWJj"} {
			_, _, err := h.List(t.Context(), 10, cursor)
			if !fault.Is(err, fault.Invalid) || fault.As(err).Fields[0].Key != "after" {
				t.Errorf("List after %q = %v", cursor, err)
			}
		}
	})
}

func TestListWithoutAStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness()
		h.storeDown = fault.New(fault.Unsupported, "keeps no tenants")
		h.files = map[string]registry.Tenant{"a": {Name: "a", File: "a.yaml"}, "b": {Name: "b", File: "b.yaml"}}
		got, err := listAll(t, h.start(t), 1)
		if diff := cmp.Diff([]string{"a a.yaml", "b b.yaml"}, got); diff != "" || err != nil {
			t.Errorf("%v, the list differs:\n%s", err, diff)
		}
	})
}
