package registry_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/fault"
)

// mustCreateKey makes a key for a tenant.
func (h *harness) mustCreateKey(t *testing.T, tenant string) registry.Key {
	t.Helper()
	key, err := h.CreateKey(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// wantTenant checks whose key it is; "": nobody's.
func (h *harness) wantTenant(t *testing.T, key, want string) {
	t.Helper()
	tenant, known, err := h.Authenticate(t.Context(), key)
	if err != nil || tenant != want || known != (want != "") {
		t.Errorf("Authenticate(%q) = %q, %v, %v, want %q", key, tenant, known, err, want)
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a", "b")
		key, other := h.mustCreateKey(t, "a"), h.mustCreateKey(t, "b")
		if !regexp.MustCompile(`^bh_[0-9a-f]{16}_[0-9a-f]{64}$`).MatchString(key.Secret) || !strings.Contains(key.Secret, key.ID) {
			t.Errorf("a key reads %q, its id %q", key.Secret, key.ID)
		}
		h.wantTenant(t, key.Secret, "a")
		h.wantTenant(t, other.Secret, "b")
		record := h.store.Keys[key.ID]
		if len(record.Hash) != 32 || strings.Contains(key.Secret, string(record.Hash)) {
			t.Errorf("the store keeps %x of %s", record.Hash, key.Secret)
		}
	})
}

func TestNoKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a")
		key, other := h.mustCreateKey(t, "a"), h.mustCreateKey(t, "a")
		secret := func(k registry.Key) string { return k.Secret[strings.LastIndexByte(k.Secret, '_')+1:] }
		for _, wrong := range []string{
			"", "bh_", "bh__", "admin", key.ID, secret(key), key.Secret[3:], strings.ToUpper(key.Secret),
			key.Secret + "0", key.Secret[:len(key.Secret)-1], strings.Replace(key.Secret, "bh_", "bk_", 1),
			"bh_" + key.ID + "_" + secret(other), "bh_" + other.ID + "_" + secret(key),
			"bh_0000000000000000_" + secret(key), "bh_" + key.ID + "_" + strings.Repeat("0", 64),
		} {
			h.wantTenant(t, wrong, "")
		}
		h.wantTenant(t, key.Secret, "a")
	})
}

func TestRevokedKey(t *testing.T) {
	t.Parallel()
	for name, revoke := range map[string]func(t *testing.T, h *harness, key registry.Key) error{
		"revoked": func(t *testing.T, h *harness, key registry.Key) error { return h.RevokeKey(t.Context(), "a", key.ID) },
		"removed": func(t *testing.T, h *harness, _ registry.Key) error { return h.Remove(t.Context(), "a", false) },
		"purged":  func(t *testing.T, h *harness, _ registry.Key) error { return h.Remove(t.Context(), "a", true) },
	} {
		for where, deaf := range map[string]bool{"here": false, "there": false, "there, deaf": true} {
			t.Run(name+" "+where, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					here, there := twoInstances(t)
					here.register(t, "a")
					key := here.mustCreateKey(t, "a")
					here.wantTenant(t, key.Secret, "a")
					by := here
					if where != "here" {
						by = there
					}
					if deaf {
						defer here.loseWatch()()
					}
					// The store says no from now on, whatever the records of before say.
					if err := revoke(t, by, key); err != nil {
						t.Fatal(err)
					}
					if by != here {
						synctest.Wait()
					}
					here.wantTenant(t, key.Secret, "")
				})
			})
		}
	}
}

// TestRevocationOvertakesARead checks that a key which was read just before its
// revocation is not remembered after it.
func TestRevocationOvertakesARead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a")
		key := h.mustCreateKey(t, "a")
		h.store.AfterRead = func() {
			h.store.AfterRead = nil
			if err := h.RevokeKey(t.Context(), "a", key.ID); err != nil {
				t.Error(err)
			}
		}
		h.wantTenant(t, key.Secret, "a")
		h.wantTenant(t, key.Secret, "")
	})
}

func TestKeysAreCached(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a")
		key := h.mustCreateKey(t, "a")
		h.wantTenant(t, key.Secret, "a")
		read := h.store.Reads
		h.wantTenant(t, key.Secret, "a")
		if h.store.Reads != read {
			t.Error("a key that was just used was read again")
		}
		time.Sleep(5 * time.Minute)
		h.wantTenant(t, key.Secret, "a")
		if h.store.Reads != read+1 {
			t.Error("a key that was used long ago was not read again")
		}
	})
}

func TestListKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a", "b")
		var want []registry.Key
		for range 3 {
			key := h.mustCreateKey(t, "a")
			key.Secret = ""
			want = append(want, key)
			time.Sleep(time.Second)
		}
		h.mustCreateKey(t, "b")
		got, err := h.ListKeys(t.Context(), "a")
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v, the keys differ:\n%s", err, diff)
		}
	})
}

func TestKeysOfUnknown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a", "b")
		key := h.mustCreateKey(t, "a")
		_, createErr := h.CreateKey(t.Context(), "nobody")
		_, listErr := h.ListKeys(t.Context(), "nobody")
		for call, err := range map[string]error{
			"create": createErr, "list": listErr,
			"revoke": h.RevokeKey(t.Context(), "a", "0000000000000000"), "revoke another's": h.RevokeKey(t.Context(), "b", key.ID),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", call, err)
			}
		}
		h.wantTenant(t, key.Secret, "a")
	})
}

// TestKeysOfFileTenants checks that a key of the operator's tenant is worth
// something as long as the file is there, and never becomes somebody else's.
func TestKeysOfFileTenants(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness()
		h.files = map[string]registry.Tenant{"mine": {Name: "mine", File: "tenants.d/mine.yaml", Active: true}}
		h.start(t)
		key := h.mustCreateKey(t, "mine")
		h.wantTenant(t, key.Secret, "mine")
		h.files = nil
		h.wantTenant(t, key.Secret, "")
		h.register(t, "mine")
		h.wantTenant(t, key.Secret, "")
	})
}

func TestAuthenticateWithoutAStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness().start(t)
		h.register(t, "a")
		key := h.mustCreateKey(t, "a")
		h.storeDown = fault.New(fault.Unavailable, "store is down")
		if _, known, err := h.Authenticate(t.Context(), key.Secret); known || !fault.Is(err, fault.Unavailable) {
			t.Errorf("Authenticate = %v, %v", known, err)
		}
		h.wantTenant(t, "no key at all", "")
		h.storeDown = fault.New(fault.Unsupported, "keeps no tenants")
		h.wantTenant(t, key.Secret, "")
	})
}
