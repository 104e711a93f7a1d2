package ollama

import (
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/schema"
)

// defaultIdleTimeout is how long a server may be silent unless the
// configuration says otherwise: long enough to load a model from a slow disk.
const defaultIdleTimeout = 2 * time.Minute

// Config is what an instance is made from. Its zero value works.
type Config struct {
	// BaseURL has no default in the schema: it is where OLLAMA_HOST points.
	BaseURL     string           `json:"base_url,omitempty" jsonschema:"description=Address of the Ollama server; without it OLLAMA_HOST as Ollama's own client reads it or else http://127.0.0.1:11434.,example=http://127.0.0.1:11434" jsonschema_extras:"x-endpoint=true"`
	IdleTimeout *schema.Duration `json:"idle_timeout,omitempty" jsonschema:"description=How long the server may be silent before a reply or in the middle of one; loading a model counts. There is no limit on a reply that keeps coming.,default=2m"`
}

// idleTimeout is the configured limit.
func (c Config) idleTimeout() (time.Duration, error) {
	if c.IdleTimeout == nil {
		return defaultIdleTimeout, nil
	}
	if *c.IdleTimeout <= 0 {
		return 0, invalidKey("idle_timeout", "must be more than 0")
	}
	return time.Duration(*c.IdleTimeout), nil
}

// invalidKey says what is wrong with one key of the configuration.
func invalidKey(key, problem string) error {
	return fault.New(fault.Invalid, "llm-ollama: %s: %s", key, problem).WithField(key, problem)
}
