package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxBodyBytes = 1 << 20
	// bodyTimeout is how long a client may take to send a body.
	bodyTimeout = 30 * time.Second
)

// readBody takes a body whole, within its limits. It is one JSON value.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return nil, problemf(http.StatusUnsupportedMediaType, "not_json", "send Content-Type: application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, problemf(http.StatusRequestEntityTooLarge, "too_large", "the body has more than %d bytes", maxBodyBytes)
	}
	if err != nil {
		return nil, problemf(http.StatusBadRequest, "malformed", "the body did not arrive whole: %v", err)
	}
	awaitBody(w, time.Time{})
	if !utf8.Valid(body) {
		return nil, problemf(http.StatusUnprocessableEntity, "invalid", "the body is not valid UTF-8")
	}
	var value json.RawMessage
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, problemf(http.StatusBadRequest, "malformed", "the body is not valid JSON: %v", err)
	}
	if hasHalfPair(body) {
		return nil, problemf(http.StatusUnprocessableEntity, "invalid", "a text in the body holds half of a surrogate pair")
	}
	return body, nil
}

// awaitBody says until when a client may send its body. The limit holds from the
// request's first moment, and stays where the body is not read to its end: the
// server reads what is left of it before it answers. It is taken away (the zero
// time) only when all is there, since a turn may last longer.
func awaitBody(w http.ResponseWriter, until time.Time) {
	// A server that cannot set deadlines (in tests) has none to fear.
	_ = http.NewResponseController(w).SetReadDeadline(until)
}

// decode reads a body, a JSON object, into a struct. Keys that the struct does not have
// are refused by name.
func decode(body []byte, into any) error {
	if err := checkMembers(body); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		return nil
	}
	if typeError, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		key := typeError.Field
		if key == "" {
			return problemf(http.StatusUnprocessableEntity, "invalid", "the body must be a JSON object, not %s", typeError.Value)
		}
		return fieldProblem(key, "must be of type %s, not %s", typeError.Type, typeError.Value)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		key, unquoteErr := strconv.Unquote(name)
		if unquoteErr != nil {
			key = name
		}
		return unknownMember(key)
	}
	return problemf(http.StatusBadRequest, "malformed", "the body is not valid JSON: %v", err)
}

// fieldProblem refuses one member of a request.
func fieldProblem(key, format string, args ...any) *problem {
	p := problemf(http.StatusUnprocessableEntity, "invalid", "%s "+format, append([]any{key}, args...)...)
	p.Errors = []problemField{{Key: key, Message: strings.TrimPrefix(p.Detail, key+" ")}}
	p.OpenAI.Param = &p.Errors[0].Key
	return p
}

const (
	defaultLimit = 50
	maxLimit     = 200
)

// page is the query of every list.
func page(r *http.Request) (limit int, after string, err error) {
	query := r.URL.Query()
	limit = defaultLimit
	if given := query.Get("limit"); given != "" {
		if limit, err = strconv.Atoi(given); err != nil || limit < 1 || limit > maxLimit {
			return 0, "", fieldProblem("limit", "must be a number from 1 to %d, not %q", maxLimit, given)
		}
	}
	return limit, query.Get("after"), nil
}

// flag is a query parameter that is true or false.
func flag(r *http.Request, name string) (bool, error) {
	switch given := r.URL.Query().Get(name); given {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, fieldProblem(name, "must be true or false, not %q", given)
	}
}

// list is the document of every list.
type list[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

func listOf[T any](items []T, next string) list[T] {
	if items == nil {
		items = []T{}
	}
	out := list[T]{Items: items}
	if next != "" {
		out.Next = &next
	}
	return out
}
