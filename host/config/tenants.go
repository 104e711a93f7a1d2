package config

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bothost/bothost/host/names"
)

// fileTenant is a tenant that files describe: its layers, later over earlier.
type fileTenant struct {
	source string
	// alone is set where a file describes this tenant and nothing else.
	alone  bool
	layers []tree
}

// FileTenant names a tenant that files describe, and the file: the last of
// them, where it is described by several.
type FileTenant struct {
	Name   string
	Source string
}

// FileTenants lists the tenants that files describe, by name.
func (c *Config) FileTenants() []FileTenant {
	listed := make([]FileTenant, 0, len(c.tenants))
	for _, name := range slices.Sorted(maps.Keys(c.tenants)) {
		listed = append(listed, FileTenant{Name: name, Source: c.tenants[name].source})
	}
	return listed
}

// FileTenant reports which file describes a tenant, if one does.
func (c *Config) FileTenant(name string) (source string, ok bool) {
	tenant, ok := c.tenants[name]
	if !ok {
		return "", false
	}
	return tenant.source, true
}

// addTenants takes the tenants of a file that describes the host too.
func (c *Config) addTenants(origin Origin, described tree) Problems {
	var problems Problems
	for _, name := range slices.Sorted(maps.Keys(described)) {
		values := take(described, name, &problems, "tenants")
		if values == nil {
			continue
		}
		if wrong := wrongName(name); wrong != "" {
			problems = append(problems, Problem{Key: "tenants", Message: wrong, Source: origin.Name})
			continue
		}
		problems = append(problems, c.addTenant(name, origin, values, false)...)
	}
	return problems
}

// wrongName says why a tenant cannot have a name, if it cannot.
func wrongName(name string) string {
	if wrong := names.Wrong(name); wrong != "" {
		return fmt.Sprintf("%q cannot be a tenant's name: it %s", name, wrong)
	}
	return ""
}

// addTenant adds a layer to a tenant. A file that describes one tenant alone
// must be the only one to describe it.
func (c *Config) addTenant(name string, origin Origin, values tree, alone bool) Problems {
	tenant, known := c.tenants[name]
	if known && (alone || tenant.alone) {
		return Problems{{
			Tenant: name, Message: "is described by " + tenant.source + " already", Source: origin.Name,
		}}
	}
	if !known {
		tenant = &fileTenant{alone: alone}
		c.tenants[name] = tenant
	}
	tenant.source = origin.Name
	origin.Name = "tenant (" + origin.Name + ")"
	origin.Tenant = true
	tenant.layers = append(tenant.layers, withOrigin(values, origin))
	return nil
}

// withOrigin copies a tree under another origin.
func withOrigin(values tree, origin Origin) tree {
	return rebuild(values, nil, func(_ []string, value leaf) (any, bool) {
		return leaf{Value: value.Value, Origin: origin}, true
	})
}

// usualTenantsDir is the folder of tenants where none is configured.
const usualTenantsDir = "tenants.d"

// readTenants reads the folder of tenants: the one that is configured, or else
// tenants.d beside the first configuration file, if there is one.
func (c *Config) readTenants(beside string) Problems {
	if c.settings.TenantsDir == "" && beside != "" {
		usual := filepath.Join(beside, usualTenantsDir)
		if info, err := os.Stat(usual); err == nil && info.IsDir() {
			c.settings.TenantsDir = usual
		}
	}
	if c.settings.TenantsDir == "" {
		return nil
	}
	files, err := configFiles(c.settings.TenantsDir)
	if err != nil {
		return Problems{{Key: "tenants_dir", Message: err.Error(), Source: originOf(c.host, []string{"tenants_dir"})}}
	}
	var problems Problems
	for _, file := range files {
		problems = append(problems, c.readTenant(file)...)
	}
	return problems
}

func (c *Config) readTenant(file source) Problems {
	base := filepath.Base(file.path)
	name := strings.TrimSuffix(base, filepath.Ext(base))
	origin := Origin{Name: "file " + filepath.Join(filepath.Base(filepath.Dir(file.path)), base)}
	read, problems := file.load(origin)
	if len(problems) > 0 {
		return problems
	}
	if wrong := wrongName(name); wrong != "" {
		return Problems{{Message: wrong, Source: origin.Name}}
	}
	return c.addTenant(name, read.origin, read.values, true)
}
