package httpapi

import (
	"bytes"
	"encoding/json"
	"strings"
)

// checkMembers refuses what encoding/json lets pass in a body that is JSON: a
// member that is given twice, of which the last would count, and one whose name
// differs in capitals from a known one. A body that is no object is decode's.
func checkMembers(body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil
	}
	seen := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		if seen[name] {
			return fieldProblem(name, "is given twice")
		}
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
			return unknownMember(name)
		}
		seen[name] = true
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return err
		}
	}
	return nil
}

func unknownMember(name string) error {
	return fieldProblem(name, "is not a key of this request; GET /openapi.json says what is")
}
