package postgres

import (
	"strings"
	"unicode/utf8"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

const (
	maxIDBytes = 256
	// maxKeyBytes bounds what else is part of an index: a row of one holds
	// about 2,700 bytes in all.
	maxKeyBytes = 1024
	maxLimit    = 200
)

// text is a value on its way into the database.
type text struct {
	name  string
	value string
	// required forbids the empty text.
	required bool
	// maxBytes 0: no bound here.
	maxBytes int
}

// checkTexts refuses what PostgreSQL cannot keep as text, before it is sent:
// U+0000 and what is no UTF-8. Messages never repeat the value.
func checkTexts(texts ...text) error {
	for _, t := range texts {
		switch {
		case t.required && t.value == "":
			return invalid(t.name, "is empty")
		case t.maxBytes > 0 && len(t.value) > t.maxBytes:
			return fault.New(fault.Invalid, "store-postgres: %s is longer than %d bytes", t.name, t.maxBytes)
		case !utf8.ValidString(t.value):
			return invalid(t.name, "is not valid UTF-8")
		case strings.ContainsRune(t.value, 0):
			return invalid(t.name, "contains U+0000")
		}
	}
	return nil
}

func checkTenant(tenant string) error {
	return checkTexts(text{name: "the tenant's name", value: tenant, required: true, maxBytes: maxIDBytes})
}

func checkScope(scope store.Scope) error {
	return checkTexts(
		text{name: "the tenant's name", value: scope.Tenant, required: true, maxBytes: maxIDBytes},
		text{name: "the conversation's id", value: scope.Conversation, required: true, maxBytes: maxIDBytes})
}

func checkHolder(holder string) error {
	return checkTexts(text{name: "the holder", value: holder, required: true, maxBytes: maxKeyBytes})
}

func checkLimit(limit int) error {
	if limit < 1 || limit > maxLimit {
		return fault.New(fault.Invalid, "store-postgres: a page holds 1 to %d items, not %d", maxLimit, limit)
	}
	return nil
}

func invalid(name, problem string) error {
	return fault.New(fault.Invalid, "store-postgres: %s %s", name, problem)
}
