package openai

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// codeUnknownModel is OpenAI's word for a model that is not there, or not for this
// key.
const codeUnknownModel = "model_not_found"

// refusal is an answer that is not 200, or an error in the middle of a reply that
// began well.
type refusal struct {
	// status is 0 if an error in the middle of a reply does not say.
	status int
	// code is the server's word for programs, message that for people; either may
	// be empty.
	code, param, message string
	retryAfter           time.Duration
}

// newRefusal reads an answer.
func newRefusal(response *http.Response, document []byte) *refusal {
	refused := &refusal{status: response.StatusCode, retryAfter: retryAfter(response.Header)}
	refused.read(document)
	return refused
}

// newStreamError reads an event that is an error. Its code may be a status.
func newStreamError(document []byte) *refusal {
	failed := &refusal{}
	failed.read(document)
	if status, err := strconv.Atoi(failed.code); err == nil && status >= 400 && status < 600 {
		failed.status, failed.code = status, ""
	}
	return failed
}

// read takes what servers say of an error: OpenAI's error object, that in a list,
// the same without its wrapping, a text in its place, or the detail of a framework.
// What is none of these is left: a proxy's page says less than the status.
func (r *refusal) read(document []byte) {
	said := object(document)
	switch inner := said["error"].(type) {
	case map[string]any:
		said = inner
	case string:
		r.message = inner
		return
	}
	r.message, r.code, r.param = asText(said["message"]), asText(said["code"]), asText(said["param"])
	if r.message == "" {
		r.message = asText(said["detail"])
	}
	if r.code == "" {
		r.code = asText(said["type"])
	}
}

// object is a document that is an object, or a list that begins with one; nil if it
// is neither.
func object(document []byte) map[string]any {
	var list []map[string]any
	if json.Unmarshal(document, &list) == nil && len(list) > 0 {
		return list[0]
	}
	var one map[string]any
	if json.Unmarshal(document, &one) != nil {
		return nil
	}
	return one
}

// asText is a value of JSON as people read it; null is nothing.
func asText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(encoded)
}

// Error gives the status and what the server says of it.
func (r *refusal) Error() string {
	text := r.message
	if text == "" {
		text = r.code
	}
	if r.status == 0 {
		return text
	}
	status := strconv.Itoa(r.status)
	if name := http.StatusText(r.status); name != "" {
		status += " " + name
	}
	if text == "" {
		return status
	}
	return fmt.Sprintf("%s: %s", status, text)
}

// isUnknownModel tells the 404 for a model from that of a wrong address. Not every
// server has OpenAI's code for it.
func (r *refusal) isUnknownModel() bool {
	if r.code == codeUnknownModel {
		return true
	}
	message := strings.ToLower(r.message)
	return r.status == http.StatusNotFound && strings.Contains(message, "model") &&
		(strings.Contains(message, "not found") || strings.Contains(message, "does not exist"))
}

// waitOr is how long to wait if the server does not say.
func (r *refusal) waitOr(otherwise time.Duration) time.Duration {
	if r.retryAfter > 0 {
		return r.retryAfter
	}
	return otherwise
}

// limitRemedy is what to do about a limit that waiting does not lift; otherwise it
// is empty.
func (r *refusal) limitRemedy() string {
	if r.code == "insufficient_quota" {
		return noCredit
	}
	return ""
}

// parameterRemedy is what to do about a request that is refused for good, if the
// server says enough; otherwise it is empty.
func (r *refusal) parameterRemedy() string {
	switch {
	case r.code == "context_length_exceeded":
		return "the conversation is longer than the model takes; lower memory.max_messages or max_tokens"
	case r.param == "max_tokens" && r.code == "unsupported_parameter":
		return "set max_completion_tokens in place of max_tokens"
	case r.param == "stream_options":
		return "set stream_usage to false"
	}
	return ""
}
