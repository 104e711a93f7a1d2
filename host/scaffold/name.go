package scaffold

import (
	"fmt"
	"go/scanner"
	"go/token"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/module"

	"github.com/bothost/bothost/host/catalog"
)

// Check refuses names that would make no plugin or no module.
func (o Options) Check() error {
	if _, ok := kinds()[o.Kind]; !ok {
		return fmt.Errorf("%q is no kind of plugin; there are llm, memory and store", o.Kind)
	}
	if _, _, ok := catalog.SplitName(o.FullName()); !ok {
		return fmt.Errorf("%q cannot name a plugin: want up to 64 small letters, digits and hyphens, with no hyphen at either end", o.Name)
	}
	if err := module.CheckImportPath(o.modulePath()); err != nil {
		return fmt.Errorf("%q cannot name a module: %w", o.modulePath(), err)
	}
	return nil
}

// packageName makes a Go package's name of the plugin's. One that would mean
// something else in the module gets the kind before it.
func packageName(options Options) (string, error) {
	plain := strings.ReplaceAll(options.Name, "-", "")
	isUsed, err := usesIdentifier(options, plain)
	if err != nil {
		return "", err
	}
	if isUsed || !token.IsIdentifier(plain) || module.CheckImportPath(plain) != nil || slices.Contains(special(), plain) {
		return options.Kind + plain, nil
	}
	return plain, nil
}

// special are the names that the go command treats differently, and the folder
// of what is built.
func special() []string {
	return []string{"bin", "documentation", "internal", "main", "testdata", "vendor"}
}

// usesIdentifier reports whether the templates use a name for something else
// than the package.
func usesIdentifier(options Options, name string) (bool, error) {
	files, err := fillAll(options, "_")
	if err != nil {
		return false, err
	}
	for file, content := range files {
		if path.Ext(file) == ".go" && hasIdentifier(content, name) {
			return true, nil
		}
	}
	return false, nil
}

func hasIdentifier(source []byte, name string) bool {
	var words scanner.Scanner
	words.Init(token.NewFileSet().AddFile("", -1, len(source)), source, nil, 0)
	for {
		switch _, kind, text := words.Scan(); {
		case kind == token.EOF:
			return false
		case kind == token.IDENT && text == name:
			return true
		}
	}
}
