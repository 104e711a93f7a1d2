// Package scaffold writes the beginning of a plugin: a module of its own, with an
// implementation that works, its conformance test, and the commands to go on.
//
// Everything is put together in memory and checked before anything is written,
// and what is written appears all at once: an error leaves the directory as it
// was. What the module looks like is in the files under templates/, those in
// common/ for every kind; a name that ends in .tmpl loses the ending, and the
// folder "package" is named after the plugin.
package scaffold

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
)

// Options says what to write.
type Options struct {
	// Kind is llm, memory or store.
	Kind string
	// Name is what configurations will pick the plugin by.
	Name string
	// Dir is where the module goes. It must be empty, or not be there.
	Dir string
	// Module is the path of the module; empty: the plugin's full name.
	Module string
	// SDKVersion is the version of bothost to require. The plugin can be built
	// with it alone only if it is a released one.
	SDKVersion string
	// SDKPath is a checkout of bothost to build with instead. The module then
	// requires what the checkout does, and so needs nothing from the network that
	// the checkout did not need.
	SDKPath string
}

// FullName is the plugin's, <kind>-<name>.
func (o Options) FullName() string { return o.Kind + "-" + o.Name }

// modulePath is Module or its default.
func (o Options) modulePath() string { return cmp.Or(o.Module, o.FullName()) }

// New writes the module. Nothing is left behind if it fails. The error is
// ErrUnreleased if the options do not say where the SDK is.
func New(options Options) error {
	if err := options.Check(); err != nil {
		return err
	}
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return fmt.Errorf("find %s: %w", options.Dir, err)
	}
	options.Dir = dir
	files, err := moduleFiles(options)
	if err != nil {
		return err
	}
	sources, err := render(options)
	if err != nil {
		return err
	}
	maps.Copy(files, sources)
	if err := place(files, dir); err != nil {
		return fmt.Errorf("write %s: %w", options.FullName(), err)
	}
	return nil
}
