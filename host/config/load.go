package config

import (
	_ "embed"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/bothost/bothost/sdk/schema"
)

//go:embed defaults.yaml
var defaults []byte

// LoadOptions say where the layers are. The zero value gives the defaults.
type LoadOptions struct {
	// Files are configuration files and folders of them, later over earlier.
	Files []string
	// Environ is the environment as os.Environ gives it: the layer of
	// variables that are configuration, and what ${env:NAME} refers to. Nil is
	// an empty one.
	Environ []string
	// Overlays go over everything else, later over earlier: flags, and the
	// configuration that a program which embeds the host gives.
	Overlays []Overlay
}

// Overlay is a layer that a program gives. Its values are as in a file.
type Overlay struct {
	// Origin names the layer: "flag --listen".
	Origin string
	Values map[string]any
}

// Config is what the layers say, read and taken apart. It does not change.
type Config struct {
	settings Settings
	// own is the schema of the host's own keys.
	own *schema.Schema
	// host is the merged tree of the host's own keys.
	host tree
	// bot and store are the layers of what every tenant inherits, and of
	// the registry's store, not yet merged: that needs the plugins' schemas.
	bot, store []tree
	tenants    map[string]*fileTenant
	rights     rights
	// stamp tells whether the files have changed since.
	stamp string
}

// Load reads all layers and checks the host's own settings. It has no side
// effects and may be called again for a reload. Its errors are Problems.
func Load(options LoadOptions) (*Config, error) {
	own, err := schema.Of[Settings]()
	if err != nil {
		return nil, fmt.Errorf("describe the host's own settings: %w", err)
	}
	loaded := &Config{own: own, tenants: map[string]*fileTenant{}, stamp: options.stampFiles()}
	layers, problems := options.layers()
	hostLayers := make([]tree, 0, len(layers))
	for _, each := range layers {
		hostLayers = append(hostLayers, loaded.takeApart(each, &problems))
	}
	problems = append(problems, loaded.settle(merge(hostLayers, inheritAll))...)
	loaded.stamp += options.stampTenants(loaded.settings.TenantsDir)
	problems = append(problems, loaded.readTenants(anchor(options.Files))...)
	loaded.rights = newRights(loaded.settings, options.Environ)
	if err := problems.orNil(); err != nil {
		return nil, err
	}
	return loaded, nil
}

// layers reads what there is, in order.
func (o LoadOptions) layers() ([]layer, Problems) {
	found := []layer{builtIn()}
	files, problems := sources(o.Files)
	for _, file := range files {
		read, wrong := file.load(Origin{Name: file.name})
		found, problems = append(found, read), append(problems, wrong...)
	}
	variables, wrong := environment(o.Environ)
	found, problems = append(found, variables), append(problems, wrong...)
	for _, overlay := range o.Overlays {
		origin := Origin{Name: overlay.Origin, Dir: absolute(".")}
		values, wrong := normalize(overlay.Values, origin)
		found, problems = append(found, layer{origin: origin, values: values}), append(problems, wrong...)
	}
	return found, problems
}

// builtIn is the first layer.
func builtIn() layer {
	origin := Origin{Name: "default", Dir: absolute(".")}
	parser, _ := parserOf("defaults.yaml")
	values, err := parser.Unmarshal(defaults)
	if err != nil {
		panic(fmt.Sprintf("built-in configuration: %v", err))
	}
	values["plugin_dir"] = besideExecutable("plugins")
	values["plugin_env"] = defaultPluginEnv()
	t, problems := normalize(values, origin)
	if len(problems) > 0 {
		panic("built-in configuration: " + problems.Error())
	}
	return layer{origin: origin, values: t}
}

// besideExecutable is a folder beside the file that runs, or in the working
// directory where that cannot be told.
func besideExecutable(name string) string {
	path, err := os.Executable()
	if err != nil {
		return name
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return filepath.Join(filepath.Dir(path), name)
}

// takeApart keeps a layer's bot, tenants and registry's store, and gives the
// rest, the host's own keys.
func (c *Config) takeApart(from layer, problems *Problems) tree {
	host := maps.Clone(from.values)
	c.bot = appendTree(c.bot, take(host, "bot", problems))
	if tenants := take(host, "tenants", problems); tenants != nil {
		*problems = append(*problems, c.addTenants(from.origin, tenants)...)
	}
	if registry := child(host, "registry"); registry != nil {
		registry = maps.Clone(registry)
		c.store = appendTree(c.store, take(registry, "store", problems, "registry"))
		host["registry"] = registry
	}
	return host
}

// take removes a map from a layer. What is there and not a map is a problem.
func take(from tree, key string, problems *Problems, parents ...string) tree {
	value, ok := from[key]
	if !ok {
		return nil
	}
	delete(from, key)
	below, ok := value.(tree)
	if !ok {
		*problems = append(*problems, Problem{
			Key:     strings.Join(append(parents, key), "."),
			Message: "want a map of keys", Source: originOf(tree{key: value}, []string{key}),
		})
	}
	return below
}

func appendTree(trees []tree, t tree) []tree {
	if t == nil {
		return trees
	}
	return append(trees, t)
}
