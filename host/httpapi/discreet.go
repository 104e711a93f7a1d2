package httpapi

import "net/http"

// isTenant marks the context of a request that a tenant made with its own key.
type isTenant struct{}

// discreet conceals what went wrong from a tenant.
func (a *api) discreet(r *http.Request, err error) error {
	if err == nil || r.Context().Value(isTenant{}) == nil {
		return err
	}
	return a.conceal(r, err)
}

// conceal keeps an error to what is not the operator's business: where the
// servers are, and what is wrong with them. The log has it, under the same code.
func (a *api) conceal(r *http.Request, err error) error {
	told := problemOf(err)
	if told.Status < http.StatusInternalServerError && told.Status != http.StatusTooManyRequests {
		return err
	}
	a.logFailure(r, told.Status, err)
	general := problemf(told.Status, told.OpenAI.Code, "%s; the operator's log says more", generally(told.Status))
	general.retryAfter = told.retryAfter
	return general
}

func generally(status int) string {
	switch status {
	case http.StatusTooManyRequests:
		return "the model's server is busy"
	case http.StatusBadGateway:
		return "the model's server failed"
	case http.StatusServiceUnavailable:
		return "what this needs is not available now"
	case http.StatusGatewayTimeout:
		return "the answer took too long"
	}
	return "the request failed"
}
