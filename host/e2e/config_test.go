package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestWrongRegistrations: each mistake is refused with its key, and the last
// good configuration stays.
func TestWrongRegistrations(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.api().register("a", object{"prompts": object{"system": "the good one"}})
	for name, test := range map[string]struct {
		body      any
		key, hint string
	}{
		"an unknown key":      {object{"memroy": object{}}, "memroy", "memory"},
		"one in a section":    {object{"llm": object{"temprature": 1}}, "llm.temprature", "temperature"},
		"a wrong type":        {object{"memory": object{"max_messages": "ten"}}, "memory.max_messages", "whole number"},
		"out of range":        {object{"memory": object{"max_messages": 0}}, "memory.max_messages", "2"},
		"null":                {`{"llm": {"model": null}}`, "llm.model", "null"},
		"a missing plugin":    {object{"llm": object{"provider": "olama"}}, "llm.provider", "ollama"},
		"a missing value":     {object{"llm": object{"provider": "ollama"}}, "llm.model", ""},
		"an unknown prompt":   {object{"system_prompt": object{"name": "nobody"}}, "system_prompt.name", "nobody"},
		"not available yet":   {object{"knowledge_base": object{}}, "knowledge_base", "not available yet"},
		"vector memory":       {object{"memory": object{"type": "vector"}}, "memory.type", "not available yet"},
		"tools":               {object{"tools": []any{}}, "tools", "not available yet"},
		"a literal secret":    {object{"conversation_storage": object{"backend": "postgres", "connection": object{"password": "hunter2"}}}, "conversation_storage.connection.password", "reference"},
		"a forbidden secret":  {object{"conversation_storage": object{"backend": "postgres", "dsn": "${env:SECRET}"}}, "conversation_storage.dsn", "SECRET"},
		"a path outside":      {object{"conversation_storage": object{"backend": "sqlite", "path": "../../x.db"}}, "conversation_storage.path", ""},
		"a key of the host's": {object{"listen": ":80"}, "listen", ""},
	} {
		t.Run(name, func(t *testing.T) {
			response := s.api().call(http.MethodPut, "/v1/tenants/a", test.body)
			if response.status != http.StatusUnprocessableEntity {
				t.Fatalf("%d %s", response.status, response.raw)
			}
			found := false
			for _, item := range response.body["errors"].([]any) {
				problem := item.(object)
				if key := problem["key"].(string); key == test.key && strings.Contains(fmt.Sprint(problem), test.hint) {
					found = true
				}
			}
			if !found {
				t.Errorf("no error about %q that says %q: %s", test.key, test.hint, response.raw)
			}
			if strings.Contains(string(response.raw), "hunter2") {
				t.Errorf("the secret is in the answer: %s", response.raw)
			}
		})
	}
	if response := s.api().call(http.MethodPut, "/v1/tenants/a", `{"llm":`); response.status < 400 || response.status > 422 {
		t.Errorf("half a document: %d %s", response.status, response.raw)
	}
	s.api().hears("a", "c", "hello")
	if got := s.lastPrompt().Messages[0].Text; got != "the good one" {
		t.Errorf("the system prompt is %q", got)
	}
}

// TestZeroIsAValue: temperature 0 is sent as 0.
func TestZeroIsAValue(t *testing.T) {
	t.Parallel()
	s := newSite(t, object{"bot": object{"llm": object{"temperature": 0.7}}})
	s.api().register("a", object{"llm": object{"temperature": 0}})
	s.api().register("b", object{})
	for tenant, want := range map[string]float64{"a": 0, "b": 0.7} {
		s.api().hears(tenant, "c", "hello")
		if got := s.lastPrompt().Options["temperature"]; got != want {
			t.Errorf("%s: the temperature is %v, want %v", tenant, got, want)
		}
	}
}

// TestAnotherProvider inherits nothing of the old one's section.
func TestAnotherProvider(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.api().register("a", object{"llm": object{"provider": "ollama", "model": "m"}})
	effective := s.api().call(http.MethodGet, "/v1/tenants/a?effective=true", nil).body["effective"].(object)
	section := effective["llm"].(object)
	if _, inherited := section["record"]; inherited || section["provider"] != "ollama" || section["model"] != "m" {
		t.Errorf("the section is %v", section)
	}
}

// TestRevisions: a conditional change is refused when it is stale.
func TestRevisions(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	first := s.api().register("a", object{})
	etag := first.header.Get("ETag")
	s.api().register("a", object{"prompts": object{"system": "x"}})
	stale := s.api().call(http.MethodPut, "/v1/tenants/a", object{}, "If-Match", etag)
	if stale.status != http.StatusPreconditionFailed {
		t.Errorf("a stale change: %d %s", stale.status, stale.raw)
	}
	current := s.api().call(http.MethodGet, "/v1/tenants/a", nil)
	fresh := s.api().call(http.MethodPut, "/v1/tenants/a", object{}, "If-Match", current.header.Get("ETag"))
	if fresh.status != http.StatusOK {
		t.Errorf("a change of what is there: %d %s", fresh.status, fresh.raw)
	}
	if new := s.api().call(http.MethodPut, "/v1/tenants/a", object{}, "If-None-Match", "*"); new.status != http.StatusPreconditionFailed {
		t.Errorf("a new one where one is: %d %s", new.status, new.raw)
	}
}

// TestDeletion leaves a tombstone, and purging takes everything.
func TestDeletion(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.api().register("a", object{})
	s.api().hears("a", "c", "hello")
	key := s.api().call(http.MethodPost, "/v1/tenants/a/keys", nil).body["key"].(string)
	if response := s.api().call(http.MethodDelete, "/v1/tenants/a", nil); response.status != http.StatusNoContent {
		t.Fatalf("delete: %d %s", response.status, response.raw)
	}
	if response := s.api().call(http.MethodPut, "/v1/tenants/a", object{}); response.status != http.StatusConflict {
		t.Errorf("a deleted name: %d %s", response.status, response.raw)
	}
	if response := s.api().call(http.MethodPut, "/v1/tenants/a?restore=true", object{}); response.status/100 != 2 {
		t.Errorf("restore: %d %s", response.status, response.raw)
	}
	if len(s.api().transcript("a", "c")) != 2 {
		t.Error("a restored tenant has lost its conversations")
	}
	withKey := &api{t: t, url: s.server.URL, client: http.DefaultClient, key: key}
	if response := withKey.call(http.MethodGet, "/v1/conversations", nil); response.status == http.StatusOK {
		t.Errorf("a deleted tenant's key still works: %s", response.raw)
	}
	if response := s.api().call(http.MethodDelete, "/v1/tenants/a?purge=true", nil); response.status != http.StatusNoContent {
		t.Fatalf("purge: %d %s", response.status, response.raw)
	}
	s.api().register("a", object{})
	if messages := s.api().transcript("a", "c"); len(messages) != 0 {
		t.Errorf("a purged tenant's conversation is there: %+v", messages)
	}
}
