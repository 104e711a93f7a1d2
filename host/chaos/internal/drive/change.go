package drive

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/bothost/bothost/host/apiclient"
	"github.com/bothost/bothost/host/chaos/internal/history"
)

// Operator registers tenants, changes them and deletes conversations while
// clients speak. It is safe for concurrent use.
type Operator struct {
	key   string
	world *World

	mu        sync.Mutex
	random    *rand.Rand
	tenants   []history.Tenant
	deletions []history.Deletion
}

// NewOperator makes an operator with the admin key, whose choices follow from the
// seed.
func NewOperator(key string, world *World, seed uint64) *Operator {
	return &Operator{key: key, world: world, random: rand.New(rand.NewPCG(seed, 3))}
}

// Register makes a tenant, and a key for it.
func (o *Operator) Register(ctx context.Context, name string, maxMessages int) (key string, err error) {
	o.mu.Lock()
	o.tenants = append(o.tenants, history.Tenant{Name: name, MaxMessages: maxMessages})
	number := len(o.tenants) - 1
	o.mu.Unlock()
	client := o.client()
	if err := o.put(ctx, client, number); err != nil {
		return "", err
	}
	made, err := client.CreateKey(ctx, name)
	if err != nil {
		return "", fmt.Errorf("make a key for %s: %w", name, err)
	}
	return made.Secret, nil
}

// Change gives a random tenant another system prompt. That it fails while
// everything else does is no violation.
func (o *Operator) Change(ctx context.Context) error {
	o.mu.Lock()
	number := o.random.IntN(len(o.tenants))
	o.mu.Unlock()
	return o.put(ctx, o.client(), number)
}

// put registers a tenant with a system prompt that it never had.
func (o *Operator) put(ctx context.Context, client apiclient.Client, number int) error {
	o.mu.Lock()
	tenant := &o.tenants[number]
	name, prompt := tenant.Name, fmt.Sprintf("system prompt %d of %s", len(tenant.SystemPrompts)+1, tenant.Name)
	tenant.SystemPrompts = append(tenant.SystemPrompts, prompt)
	maxMessages := tenant.MaxMessages
	o.mu.Unlock()
	overrides, err := json.Marshal(map[string]any{
		"memory": map[string]any{"type": "buffer", "max_messages": maxMessages}, "prompts": map[string]string{"system": prompt},
	})
	if err != nil {
		return fmt.Errorf("encode the tenant %s: %w", name, err)
	}
	if _, err := client.PutTenant(ctx, name, overrides, apiclient.PutOptions{}); err != nil {
		return fmt.Errorf("register %s: %w", name, err)
	}
	return nil
}

// Delete deletes one of some conversations, and writes down when.
func (o *Operator) Delete(ctx context.Context, among []history.Place) error {
	client := o.client()
	o.mu.Lock()
	place := among[o.random.IntN(len(among))]
	o.mu.Unlock()
	client.Tenant = place.Tenant
	deletion := history.Deletion{Place: place, Began: o.world.Elapsed()}
	err := client.DeleteConversation(ctx, place.Conversation)
	deletion.Ended, deletion.Done = o.world.Elapsed(), err == nil
	o.mu.Lock()
	defer o.mu.Unlock()
	o.deletions = append(o.deletions, deletion)
	return err
}

// Record gives all tenants, with every system prompt that they may have had, and
// all deletions that were tried.
func (o *Operator) Record() ([]history.Tenant, []history.Deletion) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.tenants, o.deletions
}

// client speaks with a random instance.
func (o *Operator) client() apiclient.Client {
	o.mu.Lock()
	defer o.mu.Unlock()
	return apiclient.Client{URL: o.world.URLs[o.random.IntN(len(o.world.URLs))], Key: o.key, HTTP: o.world.HTTP}
}
