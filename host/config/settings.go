package config

import (
	"github.com/bothost/bothost/sdk/schema"
)

// Settings are the host's own, as opposed to those of its bots. They are
// complete: what no layer gave has its default.
type Settings struct {
	// Listen is the address of the API, host and port.
	Listen string `json:"listen" jsonschema:"minLength=1,description=Address to listen on"`
	// PluginDir and DataDir are absolute.
	PluginDir string `json:"plugin_dir" jsonschema:"minLength=1,description=Folder of the plugins; relative to the working directory"`
	DataDir   string `json:"data_dir" jsonschema:"minLength=1,description=Folder of what the host and its plugins keep; relative to the working directory"`
	// TenantsDir is absolute; "" if there is none.
	TenantsDir   string       `json:"tenants_dir" jsonschema:"description=Folder with one file for each tenant; relative to the file that names it"`
	Auth         Auth         `json:"auth"`
	Registry     Registry     `json:"registry"`
	Conversation Conversation `json:"conversation"`
	// TenantMaySet restricts what a registration over the API may set; nil
	// is no restriction, empty is nothing at all.
	TenantMaySet []string `json:"tenant_may_set" jsonschema:"description=Keys that a registration may set\\, with * for any text"`
	Secrets      Secrets  `json:"secrets"`
	// PluginEnv names the environment variables that plugins are started with.
	PluginEnv []string `json:"plugin_env" jsonschema:"description=Environment variables that plugins get"`
	// Plugins bounds plugins, by full name; AllPlugins stands for all. See Limits.
	Plugins map[string]PluginLimits `json:"plugins"`
	Log     Log                     `json:"log"`

	// Bot and Tenants are read apart from the rest; they are here for the schema.
	Bot     map[string]any `json:"bot"`
	Tenants map[string]any `json:"tenants"`
}

// Auth says who may use the API.
type Auth struct {
	// Mode is AuthNone or AuthKeys; never empty once loaded.
	Mode string `json:"mode" jsonschema:"enum=none,enum=keys"`
	// AdminKey is empty here once loaded: see Config.AdminKey.
	AdminKey string `json:"admin_key" jsonschema_extras:"x-secret=true"`
}

// The modes of Auth.
const (
	AuthNone = "none"
	AuthKeys = "keys"
)

// Registry says how bots are kept, and where tenants are registered.
type Registry struct {
	CacheTTL     schema.Duration `json:"cache_ttl" jsonschema:"default=300s"`
	MaxCacheSize int             `json:"max_cache_size" jsonschema:"minimum=1,default=1000"`
	// Store is read apart from the rest: see Resolver.RegistryStore.
	Store map[string]any `json:"store"`
}

// Conversation bounds turns.
type Conversation struct {
	// Wait is how long a turn waits for the ones before it.
	Wait schema.Duration `json:"wait" jsonschema:"default=60s"`
	// MaxWaiting is how many turns of one conversation may wait.
	MaxWaiting int `json:"max_waiting" jsonschema:"minimum=0,default=32"`
	// DisconnectGrace is how long a turn goes on when its caller has left.
	DisconnectGrace schema.Duration `json:"disconnect_grace" jsonschema:"default=0s"`
	// IdleTimeout is how long the model may say nothing.
	IdleTimeout schema.Duration `json:"idle_timeout" jsonschema:"default=120s"`
	// TurnTimeout is how long a turn may take in all.
	TurnTimeout schema.Duration `json:"turn_timeout" jsonschema:"default=15m"`
}

// Secrets says which references a registration over the API may use.
type Secrets struct {
	// AllowEnv lists names of environment variables, with * for any text.
	AllowEnv []string `json:"allow_env"`
}

// Log says what is logged, and how.
type Log struct {
	Level  string `json:"level" jsonschema:"enum=debug,enum=info,enum=warn,enum=error,default=info"`
	Format string `json:"format" jsonschema:"enum=text,enum=json,default=text"`
}

// defaultPluginEnv is what plugins need to reach servers and to tell the time.
func defaultPluginEnv() []string {
	return []string{
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
		"SSL_CERT_FILE", "SSL_CERT_DIR", "OLLAMA_HOST", "TZ",
	}
}
