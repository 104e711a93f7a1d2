package registry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// A key reads bh_ID_SECRET. The id finds its record, the secret proves it; the
// store sees the secret's hash alone. The secret is 256 random bits, so a plain
// hash is enough (OWASP: only low-entropy secrets need a slow one).
const (
	keyPrefix   = "bh_"
	keyIDBytes  = 8
	secretBytes = 32
)

// Key is a tenant's API key as it is told to people.
type Key struct {
	ID string
	// Secret is the key itself, in full; only CreateKey ever gives it.
	Secret  string
	Created time.Time
}

// CreateKey makes a new key for a tenant, whose secret is shown this once.
func (r *Registry) CreateKey(ctx context.Context, tenant string) (Key, error) {
	if _, err := r.Get(ctx, tenant); err != nil {
		return Key{}, err
	}
	id, secret := randomHex(keyIDBytes), randomHex(secretBytes)
	hash := sha256.Sum256([]byte(secret))
	record := store.APIKey{ID: id, Tenant: tenant, Hash: hash[:]}
	err := r.settings.UseStore(ctx, func(ctx context.Context, tenants store.Tenants) (err error) {
		record, err = tenants.CreateKey(ctx, record)
		return err
	})
	if err != nil {
		return Key{}, err
	}
	r.settings.Logger.Info("key created", "tenant", tenant, "key_id", id)
	return Key{ID: id, Secret: keyPrefix + id + "_" + secret, Created: record.Created}, nil
}

// ListKeys gives a tenant's keys without their secrets, oldest first.
func (r *Registry) ListKeys(ctx context.Context, tenant string) ([]Key, error) {
	if _, err := r.Get(ctx, tenant); err != nil {
		return nil, err
	}
	var records []store.APIKey
	err := r.settings.UseStore(ctx, func(ctx context.Context, tenants store.Tenants) (err error) {
		records, err = tenants.ListKeys(ctx, tenant)
		return err
	})
	keys := make([]Key, len(records))
	for i, record := range records {
		keys[i] = Key{ID: record.ID, Created: record.Created}
	}
	return keys, err
}

// RevokeKey makes a key worthless, here at once and on other instances within a
// second.
func (r *Registry) RevokeKey(ctx context.Context, tenant, id string) error {
	err := r.settings.UseStore(ctx, deleting(func(ctx context.Context, tenants store.Tenants) error {
		return tenants.RevokeKey(ctx, tenant, id)
	}))
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "tenant %q has no key %q", tenant, id)
	}
	if err == nil {
		r.keys.drop(id)
		r.settings.Logger.Info("key revoked", "tenant", tenant, "key_id", id)
	}
	return err
}

// Authenticate gives the tenant that a key belongs to. known is false for
// whatever is no key of a tenant; an error says nothing about the key.
func (r *Registry) Authenticate(ctx context.Context, key string) (tenant string, known bool, err error) {
	id, secret, ok := parseKey(key)
	if !ok {
		return "", false, nil
	}
	record, err := r.keyRecord(ctx, id)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unsupported) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	if !isSecret(secret, record.Hash) {
		return "", false, nil
	}
	if _, inFile := r.settings.Files()[record.Tenant]; record.TenantUID == "" && !inFile {
		// Made for a tenant of the operator's files that is there no more.
		return "", false, nil
	}
	return record.Tenant, true, nil
}

// isSecret reports whether a secret is the one of a hash.
func isSecret(secret string, hash []byte) bool {
	// On the stack: each turn does this.
	var text [2 * secretBytes]byte
	copy(text[:], secret)
	sum := sha256.Sum256(text[:])
	return subtle.ConstantTimeCompare(sum[:], hash) == 1
}

// callerKey is the key of a context's caller.
type callerKey struct{}

// WithKey gives a context whose turns are let in only as long as the key is one
// of their tenant's. A turn may wait, and its body may be slow to come: meanwhile
// the key may be revoked, or the tenant's name be somebody else's.
func WithKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, callerKey{}, key)
}

// checkCaller refuses a turn whose caller's key is worthless by now.
func (r *Registry) checkCaller(ctx context.Context, tenant string) error {
	key, ok := ctx.Value(callerKey{}).(string)
	if !ok {
		return nil
	}
	owner, known, err := r.Authenticate(ctx, key)
	if err == nil && (!known || owner != tenant) {
		err = fault.New(fault.Conflict, "this key is not known any more").WithReason(WrongKey)
	}
	return err
}

func parseKey(key string) (id, secret string, ok bool) {
	rest, ok := strings.CutPrefix(key, keyPrefix)
	if !ok {
		return "", "", false
	}
	id, secret, ok = strings.Cut(rest, "_")
	return id, secret, ok && isHex(id, keyIDBytes) && len(secret) == 2*secretBytes
}

// isHex reports whether a text is that many bytes in hexadecimal digits.
func isHex(text string, size int) bool {
	isNoDigit := func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) }
	return len(text) == 2*size && !strings.ContainsFunc(text, isNoDigit)
}

// keyRecord looks a key up: in the cache as long as revocations are heard of.
func (r *Registry) keyRecord(ctx context.Context, id string) (store.APIKey, error) {
	record, held, at := r.keys.get(id)
	if held && r.hearing.stream() != 0 {
		return record, nil
	}
	return r.readKey(ctx, id, at)
}

// readKey reads a key's record in the store, and keeps it unless keys were dropped
// since at.
func (r *Registry) readKey(ctx context.Context, id string, at uint64) (record store.APIKey, err error) {
	err = r.settings.UseStore(ctx, func(ctx context.Context, tenants store.Tenants) (err error) {
		record, err = tenants.GetKey(ctx, id)
		return err
	})
	if err == nil {
		r.keys.add(record, at)
	}
	return record, err
}

func randomHex(size int) string {
	b := make([]byte, size)
	// It never fails: see crypto/rand.
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
