package mutants_test

import "testing"

func TestMutantsOfStoreMemory(t *testing.T) {
	subject{folder: "plugins/store-memory/memstore", suite: "TestConformance", mutants: memoryMutants()}.run(t)
}

// memoryMutants are about the contract more than about the store: any could be
// another store's defect.
func memoryMutants() []mutant {
	return append(turnMutants(), registryMutants()...)
}

func turnMutants() []mutant {
	return []mutant{{
		defect: "a turn that was taken over can commit",
		file:   "end.go",
		old: `	case t.status != store.Pending:
		return store.Committed{}, superseded()
	}
	t.end(request.Status, now())
`,
		new: `	}
	t.status, t.ended = request.Status, now()
`,
		found: "a turn is taken over when its holder is retired",
	}, {
		defect: "any token ends the pending turn",
		file:   "conversation.go",
		old:    `return t.token == token })`,
		new:    `return t.token == token || t.status == store.Pending })`,
		found:  "a token that was never begun can end nothing",
	}, {
		defect: "the lease of a turn's holder does not matter",
		file:   "lease.go",
		old:    `return !at.Before(t.deadline) || !at.Before(s.leases[t.holder])`,
		new:    `return !at.Before(t.deadline)`,
		found:  "a holder never seen has no lease",
	}, {
		defect: "a living holder's turn is taken over",
		file:   "begin.go",
		old:    `if !s.dead(p, at) {`,
		new:    `if p.number == 0 {`,
		found:  "of many that begin at once exactly one has begun",
	}, {
		defect: "the tenant is missing in a query",
		file:   "conversation.go",
		old:    `	return s.tenants[scope.Tenant][scope.Conversation]`,
		new: `	for _, conversations := range s.tenants {
		if c := conversations[scope.Conversation]; c != nil {
			return c
		}
	}
	return nil`,
		found: "equal ids of two tenants are two conversations",
	}, {
		defect: "a commit is done in two steps",
		file:   "end.go",
		old:    `	t.messages = append(t.messages, request.Messages...)`,
		new: `	for range 200_000 {
		s.mu.Unlock()
		s.mu.Lock()
	}
	t.messages = append(t.messages, request.Messages...)`,
		found: "a commit's messages, status and state are seen together",
	}, {
		defect: "a commit that is refused saves its state",
		file:   "end.go",
		old: `	case t == nil:
		return store.Committed{}, superseded()
	case t.committed():`,
		new: `	case t == nil:
		return store.Committed{}, superseded()
	case request.State != nil && t.status == store.Interrupted:
		c.state = request.State
		return store.Committed{}, superseded()
	case t.committed():`,
		found: "a turn is taken over when its own deadline has passed",
	}, {
		defect: "a replay begins anew",
		file:   "conversation.go",
		old:    `(t.status == store.Pending || t.status == store.Complete)`,
		new:    `t.status == store.Pending`,
		found:  "a complete turn is replayed to its idempotency key",
	}, {
		defect: "a failed turn keeps its idempotency key",
		file:   "conversation.go",
		old:    `(t.status == store.Pending || t.status == store.Complete)`,
		new:    `t.status != store.Interrupted`,
		found:  "a turn without a complete reply releases its key",
	}, {
		defect: "another request with a known key is replayed",
		file:   "begin.go",
		old:    `case !bytes.Equal(t.requestHash, request.RequestHash):`,
		new:    `case t.requestHash == nil:`,
		found:  "a known key with another request is refused",
	}, {
		defect: "a replay has lost its usage",
		file:   "begin.go",
		old:    `Messages: slices.Clone(t.messages[1:]), Result: t.result}`,
		new:    `Messages: slices.Clone(t.messages[1:])}`,
		found:  "the result of a turn is told again in full",
	}, {
		defect: "a window is one message short",
		file:   "window.go",
		old:    `count > window.MaxMessages`,
		new:    `count >= window.MaxMessages`,
		found:  "a window holds the newest whole turns that its count allows",
	}, {
		defect: "a failed turn is in the window",
		file:   "window.go",
		old:    `if !t.committed() {`,
		new:    `if t.ended.IsZero() {`,
		found:  "turns without a reply are neither in the window nor counted",
	}, {
		defect: "a cursor skips an item",
		file:   "page.go",
		old:    `Next: next(rest[i-1])`,
		new:    `Next: next(rest[i])`,
		found:  "a transcript's pages are the transcript",
	}, {
		defect: "a purge takes other tenants' conversations, too",
		file:   "delete.go",
		old:    `	delete(s.tenants, tenant)`,
		new:    `	clear(s.tenants)`,
		found:  "equal ids, keys and tokens of two tenants have nothing to do with each other",
	}, {
		defect: "who awaits a turn is never woken",
		file:   "conversation.go",
		old: `	t.status, t.ended = status, at
	close(t.over)`,
		new:   `	t.status, t.ended = status, at`,
		found: "who awaits a turn is told of its takeover",
	}}
}

func registryMutants() []mutant {
	return []mutant{{
		defect: "a change needs no revision",
		file:   "tenants.go",
		old:    `*request.IfRevision != revision`,
		new:    `*request.IfRevision > revision`,
		found:  "of many changes at once on one revision one is made",
	}, {
		defect: "a change switches the tenant on",
		file:   "tenants.go",
		old: `	if t.deleted {
		t.deleted, t.Active = false, true
	}`,
		new:   `	t.deleted, t.Active = false, true`,
		found: "a change and a deactivation at once leave the tenant switched off",
	}, {
		defect: "other instances are not told of a deactivation",
		file:   "tenants.go",
		old:    `t.Revision = s.registry.record(store.TenantChanged, name, "")`,
		new:    `t.Revision = s.registry.revision() + 1`,
		found:  "random changes of the registry agree with a model of the contract",
	}, {
		defect: "a watch loses changes that come together",
		file:   "watch.go",
		old:    `range changes {`,
		new:    `range changes[max(len(changes)-1, 0):] {`,
		found:  "a watch tells each change after a revision, in order",
	}, {
		defect: "a key is revoked for another tenant",
		file:   "keys.go",
		old:    `return key.Tenant == tenant && key.ID == id })`,
		new:    `return key.ID == id })`,
		found:  "a revoked key is gone for good",
	}}
}
