package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/catalog"
)

func (a *app) pluginDescribeCommand() *cobra.Command {
	var l *local
	command := leaf("describe NAME", "List the configuration keys of a plugin", func(ctx context.Context, args []string) error {
		return l.withWorkshop(ctx, func(w *host.Workshop) error {
			entry, err := w.Catalog().Lookup(args[0])
			if err != nil {
				return err
			}
			return a.describePlugin(entry)
		})
	})
	command.Long = `List the configuration keys of a plugin: their types, defaults and meaning. NAME is
that of its file, such as llm-ollama. With --json it prints the JSON Schema.`
	command.Example = "  bothost plugin describe llm-ollama"
	l = a.localFlags(command)
	return command
}

func (a *app) describePlugin(entry catalog.Entry) error {
	raw := entry.Schema.Raw()
	return a.show(json.RawMessage(raw), func(w io.Writer) {
		fmt.Fprintf(w, "%s %s, for plugin contract %s\n\n", entry.Plugin, entry.Version, entry.Contract)
		var root schemaNode
		if err := json.Unmarshal(raw, &root); err != nil {
			fmt.Fprintf(w, "%s\n", raw)
			return
		}
		rows := root.rows("")
		if len(rows) == 0 {
			fmt.Fprintln(w, "It has no configuration.")
			return
		}
		table(w, []string{"KEY", "TYPE", "DEFAULT", "DESCRIPTION"}, rows)
	})
}

// schemaNode is what people need to know of a JSON Schema.
type schemaNode struct {
	Type        any                   `json:"type"`
	Description string                `json:"description"`
	Default     any                   `json:"default"`
	Enum        []any                 `json:"enum"`
	Required    []string              `json:"required"`
	Properties  map[string]schemaNode `json:"properties"`
	Items       *schemaNode           `json:"items"`
	OneOf       []schemaNode          `json:"oneOf"`
	AnyOf       []schemaNode          `json:"anyOf"`
	Secret      bool                  `json:"x-secret"`
}

// rows lists the keys below a node, those of objects under their paths.
func (n schemaNode) rows(prefix string) [][]string {
	var rows [][]string
	for _, key := range slices.Sorted(maps.Keys(n.Properties)) {
		property := n.Properties[key]
		if len(property.Properties) > 0 {
			rows = append(rows, property.rows(prefix+key+".")...)
			continue
		}
		description := property.Description
		if slices.Contains(n.Required, key) {
			description = "Required. " + description
		}
		if property.Secret {
			description = "Secret. " + description
		}
		byDefault := ""
		if property.Default != nil {
			byDefault = valueText(property.Default)
		}
		rows = append(rows, []string{prefix + key, property.typeText(), orDash(byDefault), description})
	}
	return rows
}

// typeText is a type for people: the values where they are few.
func (n schemaNode) typeText() string {
	switch t := n.Type.(type) {
	case string:
		if len(n.Enum) > 0 {
			return alternatives(n.Enum)
		}
		if t == "array" && n.Items != nil {
			return "list of " + n.Items.typeText()
		}
		return t
	case []any:
		return alternatives(t)
	}
	var kinds []any
	for _, option := range slices.Concat(n.OneOf, n.AnyOf) {
		kinds = append(kinds, option.typeText())
	}
	if len(kinds) == 0 {
		return "any"
	}
	return alternatives(kinds)
}

func alternatives(values []any) string {
	texts := make([]string, len(values))
	for i, value := range values {
		if texts[i] = valueText(value); texts[i] == "" {
			texts[i] = `""`
		}
	}
	return strings.Join(texts, "|")
}
