//go:build linux

package main

import (
	"fmt"
	"net/http"

	"github.com/bothost/bothost/host/bench/internal/load"
	"github.com/bothost/bothost/host/bench/internal/trial"
	"github.com/bothost/bothost/host/internal/fakemodel"
)

const question = "What would you say to somebody who has just told you that the installation stops at 90 percent?"

func hostTargets(url, tenant string) map[trial.Form]load.Target {
	return map[trial.Form]load.Target{
		trial.Plain:    hostTarget(url, tenant, false, `"finish_reason":"stop"`),
		trial.Streamed: hostTarget(url, tenant, true, "\nevent: done\n"),
	}
}

func hostTarget(url, tenant string, isStreamed bool, complete string) load.Target {
	return load.Target{
		URL: url + "/v1/chat", Header: http.Header{"X-Tenant": {tenant}}, Complete: complete,
		Body: func(conversation string) []byte {
			return fmt.Appendf(nil, `{"conversation_id":%q,"message":%q,"stream":%t}`, conversation, question, isStreamed)
		},
	}
}

func modelTargets(url string) map[trial.Form]load.Target {
	return map[trial.Form]load.Target{trial.Plain: modelTarget(url, false), trial.Streamed: modelTarget(url, true)}
}

// modelTarget asks a model in Ollama's way. There is no conversation: the
// question is all that the model is shown.
func modelTarget(url string, isStreamed bool) load.Target {
	body := fmt.Appendf(nil, `{"model":%q,"messages":[{"role":"user","content":%q}],"stream":%t}`, fakemodel.Model, question, isStreamed)
	return load.Target{URL: url + "/api/chat", Complete: `"done":true`, Body: func(string) []byte { return body }}
}
