package httpapi

import (
	"crypto/rand"
	"net/http"
	"slices"

	"github.com/bothost/bothost/host/httpapi/ollama"
	"github.com/bothost/bothost/host/httpapi/openai"
	"github.com/bothost/bothost/sdk/fault"
)

// The routes that other servers' clients know answer as those servers do, where
// that differs from our own routes.

// asRefused is an error as those servers tell it: what does not fit is 400 there.
func asRefused(err error) error {
	p := problemOf(err)
	if p.Status != http.StatusUnprocessableEntity {
		return err
	}
	refused := *p
	refused.Status, refused.Title = http.StatusBadRequest, http.StatusText(http.StatusBadRequest)
	return &refused
}

// asOpenAI answers OpenAI's clients.
func (a *api) asOpenAI(h tenantHandler) handler {
	answer := a.asTenant(h)
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := answer(w, r); err != nil {
			return asRefused(meant(r, err))
		}
		return nil
	}
}

// asOllama answers Ollama's clients, for whom an error is a text.
func (a *api) asOllama(h tenantHandler) handler {
	answer := a.asTenant(h)
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := answer(w, r); err != nil {
			a.failAs(w, r, asRefused(meant(r, err)), "application/json", func(p *problem) any { return ollama.Problem(p.Detail) })
		}
		return nil
	}
}

func (a *api) listModels(w http.ResponseWriter, r *http.Request, tenant string) error {
	names, err := a.Registry.Models(r.Context(), tenant)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, openai.ListOf(names))
}

func (a *api) getModel(w http.ResponseWriter, r *http.Request, tenant string) error {
	name := pathName(r, "model")
	if err := a.hasModel(r, tenant, name); err != nil {
		return err
	}
	return reply(w, http.StatusOK, openai.ModelOf(name))
}

func (a *api) hasModel(r *http.Request, tenant, name string) error {
	names, err := a.Registry.Models(r.Context(), tenant)
	if err == nil && !slices.Contains(names, name) {
		err = fault.New(fault.NotFound, "there is no model %q", name).WithReason(fault.ModelNotFound)
	}
	return err
}

func (a *api) ollamaTags(w http.ResponseWriter, r *http.Request, tenant string) error {
	names, err := a.Registry.Models(r.Context(), tenant)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, ollama.ListOf(names))
}

func (a *api) ollamaShow(w http.ResponseWriter, r *http.Request, tenant string) error {
	body, err := readMembers(w, r)
	if err != nil {
		return err
	}
	name, err := ollama.ReadShow(body)
	if err != nil {
		return err
	}
	if err := a.hasModel(r, tenant, name); err != nil {
		return err
	}
	return reply(w, http.StatusOK, ollama.Show())
}

// ollamaVersion needs no key, as there.
func (a *api) ollamaVersion(w http.ResponseWriter, _ *http.Request) error {
	return reply(w, http.StatusOK, map[string]string{"version": ollama.Version})
}

// root is what Ollama's clients look for first.
func (a *api) root(w http.ResponseWriter, _ *http.Request) error {
	return send(w, "text/plain; charset=utf-8", []byte("bothost is running"))
}

// nameRequest gives a request the id that clients report with their errors.
func nameRequest(w http.ResponseWriter) { w.Header().Set("X-Request-Id", "req_"+rand.Text()) }
