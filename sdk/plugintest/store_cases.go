package plugintest

import (
	"slices"

	"github.com/bothost/bothost/sdk/store"
)

// StoreCase is a case about a store's conversations.
type StoreCase = Case[store.Conversations]

// TenantCase is a case about a store's registry, for stores that have one.
type TenantCase = Case[store.Tenants]

// StoreCases are what every store must pass. Each works in tenants of its own
// with random names, which it purges in the end.
func StoreCases() []StoreCase {
	return slices.Concat(
		turnCases(), endCases(), idempotencyCases(), fenceCases(), awaitCases(), cancelCases(), windowCases(), contentCases(), apartCases(),
		listCases(), pageCases(), deleteCases(), concurrencyCases(), historyCases(), modelCases(),
	)
}

// TenantCases are what a store that keeps the registry must pass besides.
func TenantCases() []TenantCase {
	return slices.Concat(tenantCases(), deletedTenantCases(), rivalTenantCases(), keyCases(), watchCases(), registryModelCases())
}
