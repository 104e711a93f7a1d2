//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// isReady asks a host once.
func (b *bench) isReady(ctx context.Context, url string) (bool, error) {
	response, err := b.get(ctx, url+"/readyz")
	if err != nil {
		return false, err
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK, nil
}

// cachedBots is how many bots a host keeps.
func (b *bench) cachedBots(ctx context.Context, url string) (int, error) {
	response, err := b.get(ctx, url+"/v1/cache")
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("ask for the cache: %s", response.Status)
	}
	var cache struct {
		Size int `json:"size"`
	}
	if err := json.NewDecoder(response.Body).Decode(&cache); err != nil {
		return 0, fmt.Errorf("ask for the cache: %w", err)
	}
	return cache.Size, nil
}

func (b *bench) get(ctx context.Context, url string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	return b.client.Do(request)
}
