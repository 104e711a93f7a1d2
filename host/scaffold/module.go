package scaffold

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

const (
	// sdkModule is the module that has the SDK.
	sdkModule = "github.com/bothost/bothost"
	// goVersion is the oldest Go that builds the templates.
	goVersion = "1.26.0"
	// replacedVersion stands for a version where the checkout decides.
	replacedVersion = "v0.0.0"
)

// moduleFiles makes go.mod, and go.sum where a checkout has one.
func moduleFiles(options Options) (map[string][]byte, error) {
	var made modfile.File
	if err := made.AddModuleStmt(options.modulePath()); err != nil {
		return nil, fmt.Errorf("begin go.mod: %w", err)
	}
	files := map[string][]byte{}
	switch {
	case options.SDKPath != "":
		sums, err := useCheckout(&made, options)
		if err != nil {
			return nil, fmt.Errorf("use the SDK at %s: %w", options.SDKPath, err)
		}
		files["go.sum"] = sums
	case released(options.SDKVersion):
		if err := made.AddGoStmt(goVersion); err != nil {
			return nil, fmt.Errorf("begin go.mod: %w", err)
		}
		made.AddNewRequire(sdkModule, options.SDKVersion, false)
	default:
		return nil, fmt.Errorf("%q is %w", options.SDKVersion, ErrUnreleased)
	}
	made.Cleanup()
	content, err := made.Format()
	files["go.mod"] = content
	return files, err
}

// useCheckout requires the SDK, and what it requires, as a checkout has them.
func useCheckout(made *modfile.File, options Options) (sums []byte, err error) {
	checkout, err := readCheckout(options.SDKPath)
	if err != nil {
		return nil, err
	}
	path, err := replacement(options)
	if err != nil {
		return nil, err
	}
	version := options.SDKVersion
	if !released(version) {
		version = replacedVersion
	}
	requires := []*modfile.Require{{Mod: module.Version{Path: sdkModule, Version: version}}}
	for _, require := range checkout.requires {
		requires = append(requires, &modfile.Require{Mod: require.Mod, Indirect: true})
	}
	made.SetRequireSeparateIndirect(requires)
	return checkout.sums, errors.Join(made.AddGoStmt(checkout.goVersion), made.AddReplace(sdkModule, "", path, ""))
}

// checkout is what a module that builds with the SDK's sources needs to know of
// them.
type checkout struct {
	goVersion string
	requires  []*modfile.Require
	sums      []byte
}

func readCheckout(dir string) (checkout, error) {
	path := filepath.Join(dir, "go.mod")
	content, err := os.ReadFile(path)
	if err != nil {
		return checkout{}, err
	}
	parsed, err := modfile.Parse(path, content, nil)
	if err != nil {
		return checkout{}, err
	}
	if parsed.Module == nil || parsed.Module.Mod.Path != sdkModule {
		return checkout{}, fmt.Errorf("%s is not that of %s", path, sdkModule)
	}
	found := checkout{goVersion: goVersion, requires: parsed.Require}
	if parsed.Go != nil {
		found.goVersion = parsed.Go.Version
	}
	found.sums, err = os.ReadFile(filepath.Join(dir, "go.sum"))
	return found, err
}

// replacement is the path of the checkout as the module names it: relative to
// the module, if it was given relative.
func replacement(options Options) (string, error) {
	if filepath.IsAbs(options.SDKPath) {
		return options.SDKPath, nil
	}
	path, err := filepath.Abs(options.SDKPath)
	if err != nil {
		return "", err
	}
	path, err = filepath.Rel(options.Dir, path)
	if err != nil {
		return "", err
	}
	if !modfile.IsDirectoryPath(path) {
		path = "./" + path
	}
	return filepath.ToSlash(path), nil
}
