// Package schema describes the configuration sections of plugins: it derives a
// JSON Schema (draft 2020-12) from a Go type, and checks, completes, splits and
// decodes values by one. Plugins use it through the SDK, the host uses it on
// the schemas that plugins describe themselves with, in whatever language they
// were written.
//
// Four boolean annotations say what the host is to do with a key:
//
//   - x-secret: the value is a secret, shown masked;
//   - x-endpoint: it says where secrets are sent, so a change of it drops them;
//   - x-path: it names a file, kept inside the data directory for tenants;
//   - x-per-call: it travels with each call instead of being part of what an
//     instance is opened with. Read at the section's top level only.
//
// No message of this package repeats a value of a configuration, save numbers:
// a value may be a secret. A Schema does not change once it is made, and all of
// its methods may be called concurrently.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Names of the annotations.
const (
	Secret   = "x-secret"
	Endpoint = "x-endpoint"
	Path     = "x-path"
	PerCall  = "x-per-call"
)

// location is the address under which a schema is compiled; nothing is ever
// loaded from it.
const location = "config:///section.json"

// Schema is the compiled schema of one section, which is always an object.
type Schema struct {
	raw      []byte
	root     node
	compiled *jsonschema.Schema
}

// Parse compiles a JSON Schema. It must describe an object and may refer to
// parts of itself, but to no other document.
func Parse(raw []byte) (*Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	root, ok := document.(map[string]any)
	if !ok {
		return nil, errors.New("read schema: it must be a JSON object")
	}
	if kind, _ := root["type"].(string); kind != "object" {
		return nil, errors.New(`read schema: its type must be "object"`)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(jsonschema.SchemeURLLoader{})
	if err := compiler.AddResource(location, document); err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	compiled, err := compiler.Compile(location)
	if err != nil {
		return nil, fmt.Errorf("compile schema: %w", err)
	}
	return &Schema{raw: bytes.Clone(raw), root: root, compiled: compiled}, nil
}

// Raw gives the schema as JSON. The caller may keep and change it.
func (s *Schema) Raw() []byte { return bytes.Clone(s.raw) }

// fromNode makes a schema of a tree that was put together here.
func fromNode(root node) (*Schema, error) {
	raw, err := json.Marshal(root)
	if err != nil {
		return nil, fmt.Errorf("write schema: %w", err)
	}
	return Parse(raw)
}
