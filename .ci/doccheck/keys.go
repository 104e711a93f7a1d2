package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/schema"
)

// keysDocument has a table of keys under a heading for the host, and one for
// each plugin under its name.
const keysDocument = "docs/configuration.md"

const hostHeading = "Keys of the host"

// described is what a table says of a key, or a schema does: the type, and the
// default if the schema states one.
type described struct{ typ, byDefault string }

// checkKeys compares the tables with the schemas.
func checkKeys(ctx context.Context, documents []*document) error {
	index := slices.IndexFunc(documents, func(d *document) bool { return d.path == keysDocument })
	if index < 0 {
		return fmt.Errorf("there is no %s", keysDocument)
	}
	schemas, err := schemas(ctx)
	if err != nil {
		return err
	}
	tables := documents[index].tables()
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		actual := map[string]described{}
		if err := collect(schemas[name].Raw(), actual); err != nil {
			return err
		}
		wrong = append(wrong, compareKeys(name, tables[name], actual)...)
	}
	return errors.Join(wrong...)
}

// schemas are those of the host and of the plugins that were built.
func schemas(ctx context.Context) (map[string]*schema.Schema, error) {
	host, err := schema.Of[config.Settings]()
	if err != nil {
		return nil, err
	}
	found := map[string]*schema.Schema{hostHeading: host}
	folder, err := os.MkdirTemp("", "doccheck-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	plugins, err := catalog.Load(ctx, catalog.Settings{
		Dir: "bin/plugins", PrivateDir: folder, Describe: supervise.Launcher{SocketDir: folder}.Describe,
	})
	if err != nil {
		return nil, err
	}
	for _, entry := range plugins.Entries() {
		if entry.Schema == nil {
			return nil, fmt.Errorf("bin/plugins/%s: %s", entry.Plugin, entry.Reason)
		}
		found[entry.Plugin] = entry.Schema
	}
	return found, nil
}

// tables reads the rows that begin with a key in backquotes, by the heading that
// they stand under.
func (d *document) tables() map[string]map[string]described {
	row := regexp.MustCompile("^\\| `([^`]+)` \\| *([^|]*?) *\\| *([^|]*?) *\\|")
	tables := map[string]map[string]described{}
	heading := ""
	for _, line := range d.lines {
		if title := strings.TrimLeft(line, "#"); title != line {
			heading = strings.Trim(title, " `")
		}
		if cells := row.FindStringSubmatch(line); cells != nil {
			if tables[heading] == nil {
				tables[heading] = map[string]described{}
			}
			tables[heading][cells[1]] = described{typ: cells[2], byDefault: strings.Trim(cells[3], "`")}
		}
	}
	return tables
}

func compareKeys(name string, table, actual map[string]described) []error {
	var wrong []error
	problem := func(key, format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("%s: %s: `%s` %s", keysDocument, name, key, fmt.Sprintf(format, args...)))
	}
	for _, key := range slices.Sorted(maps.Keys(actual)) {
		want, got := actual[key], table[key]
		switch {
		case got == described{}:
			problem(key, "is not in the table")
		case got.typ != want.typ:
			problem(key, "is of the type %s, not %s", want.typ, got.typ)
		case want.byDefault != "" && got.byDefault != want.byDefault:
			problem(key, "has the default %s, not %s", want.byDefault, got.byDefault)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		if _, ok := actual[key]; !ok {
			problem(key, "is in the table and not in the schema")
		}
	}
	return wrong
}

// property is what is read of a schema.
type property struct {
	Type       any                        `json:"type"`
	OneOf      []any                      `json:"oneOf"`
	Default    any                        `json:"default"`
	Properties map[string]json.RawMessage `json:"properties"`
}

// collect lists the keys of a schema; of one that has keys below it, those.
func collect(raw []byte, into map[string]described, parents ...string) error {
	var p property
	if err := json.Unmarshal(raw, &p); err != nil {
		return fmt.Errorf("read schema: %w", err)
	}
	if len(p.Properties) == 0 && len(parents) > 0 {
		into[strings.Join(parents, ".")] = p.describe()
	}
	for key, below := range p.Properties {
		if err := collect(below, into, slices.Concat(parents, []string{key})...); err != nil {
			return err
		}
	}
	return nil
}

// describe gives the words of the tables.
func (p property) describe() described {
	d := described{typ: fmt.Sprint(p.Type)}
	switch _, several := p.Type.([]any); {
	case several, len(p.OneOf) > 0:
		d.typ = "duration"
	case p.Type == "array":
		d.typ = "list"
	case p.Type == "object":
		d.typ = "map"
	}
	if p.Default != nil {
		d.byDefault = fmt.Sprint(p.Default)
	}
	return d
}
