package httpapi

import (
	"net/http"

	"github.com/bothost/bothost/host/registry"
)

type apiKey struct {
	ID        string  `json:"id"`
	Key       string  `json:"key,omitempty"`
	CreatedAt *string `json:"created_at"`
}

func toKey(k registry.Key) apiKey {
	return apiKey{ID: k.ID, Key: k.Secret, CreatedAt: rfc3339(k.Created)}
}

func (a *api) createKey(w http.ResponseWriter, r *http.Request) error {
	key, err := a.Registry.CreateKey(r.Context(), pathName(r, "tenant"))
	if err != nil {
		return err
	}
	return reply(w, http.StatusCreated, toKey(key))
}

func (a *api) listKeys(w http.ResponseWriter, r *http.Request) error {
	keys, err := a.Registry.ListKeys(r.Context(), pathName(r, "tenant"))
	if err != nil {
		return err
	}
	items := make([]apiKey, len(keys))
	for i, key := range keys {
		items[i] = toKey(key)
	}
	return reply(w, http.StatusOK, listOf(items, ""))
}

func (a *api) revokeKey(w http.ResponseWriter, r *http.Request) error {
	if err := a.Registry.RevokeKey(r.Context(), pathName(r, "tenant"), pathName(r, "id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
