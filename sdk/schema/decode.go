package schema

import (
	"bytes"
	"encoding/json"
	"io"
	"math/big"
	"strings"

	"github.com/bothost/bothost/sdk/fault"
)

// Decode reads a section into T: it checks the JSON against s, fills in the
// defaults and decodes strictly. Empty input is an empty section. Its errors
// are faults: fault.Invalid, with the wrong keys in Fields.
func Decode[T any](s *Schema, raw []byte) (T, error) {
	var decoded T
	value, err := object(raw)
	if err != nil {
		return decoded, err
	}
	if problems := s.Check(value); len(problems) > 0 {
		return decoded, Fault(problems)
	}
	complete, err := json.Marshal(whole(s.Defaults(value)))
	if err != nil {
		return decoded, fault.New(fault.Invalid, "write configuration: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(complete))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&decoded); err != nil {
		return decoded, fault.New(fault.Invalid, "read configuration: %w", err)
	}
	return decoded, nil
}

// Fault makes one error of the problems of a section.
func Fault(problems []Problem) *fault.Error {
	texts, fields := make([]string, 0, len(problems)), make([]fault.Field, 0, len(problems))
	for _, problem := range problems {
		text := problem.Message
		if problem.Key != "" {
			text = problem.Key + ": " + text
		}
		texts = append(texts, text)
		fields = append(fields, fault.Field{Key: problem.Key, Message: problem.Message})
	}
	failure := fault.New(fault.Invalid, "configuration does not fit: %s", strings.Join(texts, "; "))
	failure.Fields = fields
	return failure
}

// object reads a JSON object, keeping numbers exact.
func object(raw []byte) (map[string]any, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return map[string]any{}, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fault.New(fault.Invalid, "read configuration: %w", err)
	}
	section, ok := value.(map[string]any)
	if _, err := decoder.Token(); !ok || err != io.EOF {
		return nil, fault.New(fault.Invalid, "read configuration: want one JSON object")
	}
	return section, nil
}

// whole writes numbers like 1.0 and 1e3, which a schema counts as whole, the
// way that Go's decoder takes for an integer.
func whole(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, item := range value {
			value[key] = whole(item)
		}
	case []any:
		for i, item := range value {
			value[i] = whole(item)
		}
	case json.Number:
		if exact, ok := new(big.Rat).SetString(value.String()); ok && exact.IsInt() {
			return json.Number(exact.Num().String())
		}
	}
	return value
}
