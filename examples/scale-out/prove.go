//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/bothost/bothost/host/apiclient"
)

const (
	tenants       = 2
	conversations = 3 // of each tenant; the ids are the same in all
	speakers      = 2 // in each conversation
)

// tenant is one of the customers, with what it was given.
type tenant struct {
	name, prompt, key string
}

// prove sends turns through the load balancer while things are killed, and then
// reads everything back.
func prove(ctx context.Context, f *fleet) error {
	fmt.Printf("Killing for %v (to repeat what is killed when: -seed %d) ...\n", f.options.duration, f.options.seed)
	customers, err := register(ctx, f)
	if err != nil {
		return err
	}
	people := f.speakers(customers)
	// Nobody speaks any longer when the last who was killed has come back.
	speaking, hush := context.WithCancel(ctx)
	defer hush()
	var talking sync.WaitGroup
	for _, s := range people {
		talking.Go(func() { s.talk(ctx, speaking.Done()) })
	}
	began := time.Now()
	faults := newFaults(f, rand.New(rand.NewPCG(f.options.seed, 0)))
	err = faults.strike(ctx, began.Add(f.options.duration))
	hush()
	talking.Wait()
	if err != nil {
		return err
	}
	took := time.Since(began)
	r := &report{}
	readBack(ctx, f, customers, people, r)
	if err := ctx.Err(); err != nil {
		return err
	}
	faults.print()
	printTraffic(people, took)
	return r.conclude()
}

// register makes the tenants through the load balancer. Each has a prompt of its
// own, which is in all that its bot says.
func register(ctx context.Context, f *fleet) ([]tenant, error) {
	operator := f.operator(f.url())
	var customers []tenant
	for number := 1; number <= tenants; number++ {
		t := tenant{name: fmt.Sprintf("tenant-%d", number), prompt: fmt.Sprintf("You work for tenant-%d alone.", number)}
		overrides, err := json.Marshal(map[string]any{"prompts": map[string]any{"system": t.prompt}})
		if err != nil {
			return nil, err
		}
		if _, err := operator.PutTenant(ctx, t.name, overrides, apiclient.PutOptions{}); err != nil {
			return nil, fmt.Errorf("register %s: %w", t.name, err)
		}
		key, err := operator.CreateKey(ctx, t.name)
		if err != nil {
			return nil, fmt.Errorf("make a key of %s: %w", t.name, err)
		}
		t.key = key.Secret
		customers = append(customers, t)
	}
	return customers, nil
}

func (f *fleet) speakers(customers []tenant) []*speaker {
	var people []*speaker
	for _, customer := range customers {
		for conversation := 1; conversation <= conversations; conversation++ {
			for number := 1; number <= speakers; number++ {
				people = append(people, &speaker{
					tenant: customer, conversation: fmt.Sprintf("conversation-%d", conversation), number: number,
					client:   apiclient.Client{URL: f.url(), Key: customer.key},
					failures: make(map[string]int),
				})
			}
		}
	}
	return people
}
