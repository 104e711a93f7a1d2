package scaffold

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/mod/module"

	"github.com/bothost/bothost/host/catalog"
)

// check refuses names that would make no plugin or no module.
func check(options Options) error {
	if _, ok := kinds()[options.Kind]; !ok {
		return fmt.Errorf("%q is no kind of plugin; there are llm, memory and store", options.Kind)
	}
	if _, _, ok := catalog.SplitName(options.FullName()); !ok {
		return fmt.Errorf("%q cannot name a plugin: want up to 64 small letters, digits and hyphens, with no hyphen at either end", options.Name)
	}
	if err := module.CheckImportPath(options.Module); err != nil {
		return fmt.Errorf("%q cannot name a module: %w", options.Module, err)
	}
	return nil
}

// packageName makes a Go package's name of a plugin's. One that would mean
// something else in the module gets the kind before it.
func packageName(kind, name string) string {
	plain := strings.ReplaceAll(name, "-", "")
	if !token.IsIdentifier(plain) || types.Universe.Lookup(plain) != nil || slices.Contains(taken(), plain) {
		return kind + plain
	}
	return plain
}

// taken are the names that the templates use otherwise, and the folders that the
// go command treats as special.
func taken() []string {
	return []string{
		"bin", "internal", "main", "testdata", "vendor", "version",
		"context", "errors", "fmt", "slices", "strings", "testing", "time",
		"fault", "llm", "memory", "message", "plugintest", "schema", "sdk", "store",
	}
}
