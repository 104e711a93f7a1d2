package openai

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/schema"
)

const (
	defaultBaseURL = "https://api.openai.com/v1"
	// defaultIdleTimeout is how long a server may be silent unless the
	// configuration says otherwise: models may think before they speak.
	defaultIdleTimeout = 2 * time.Minute
)

// Config is what an instance is made from. Its zero value is OpenAI without a
// key.
type Config struct {
	BaseURL      string           `json:"base_url,omitempty" jsonschema:"description=Address of the server as far as the version; /chat/completions is put behind it.,default=https://api.openai.com/v1,example=http://127.0.0.1:8000/v1" jsonschema_extras:"x-endpoint=true"`
	APIKey       string           `json:"api_key,omitempty" jsonschema:"description=Key that the server asks for. Without it none is sent." jsonschema_extras:"x-secret=true"`
	Organization string           `json:"organization,omitempty" jsonschema:"description=Organization that requests are counted for where the key belongs to several."`
	Project      string           `json:"project,omitempty" jsonschema:"description=Project that requests are counted for where the key belongs to several."`
	StreamUsage  *bool            `json:"stream_usage,omitempty" jsonschema:"description=Whether to ask for the number of tokens (stream_options); false for a server that refuses a request with it.,default=true"`
	IdleTimeout  *schema.Duration `json:"idle_timeout,omitempty" jsonschema:"description=How long the server may be silent before a reply or in the middle of one. There is no limit on a reply that keeps coming.,default=2m"`
}

// address is the server's URL.
func (c Config) address() (*url.URL, error) {
	written := strings.TrimSpace(c.BaseURL)
	if written == "" {
		written = defaultBaseURL
	}
	parsed, err := url.Parse(written)
	if err != nil {
		// The parser's error would repeat the whole URL, password and all.
		return nil, invalidKey("base_url", "not a URL such as "+defaultBaseURL)
	}
	if parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" {
		return nil, invalidKey("base_url", "not an http or https URL such as "+defaultBaseURL)
	}
	return parsed, nil
}

// header is what every request has.
func (c Config) header() (http.Header, error) {
	header := http.Header{"User-Agent": {"bothost llm-openai"}}
	for _, field := range []struct{ key, name, prefix, value string }{
		{"api_key", "Authorization", "Bearer ", c.APIKey},
		{"organization", "OpenAI-Organization", "", c.Organization},
		{"project", "OpenAI-Project", "", c.Project},
	} {
		if field.value == "" {
			continue
		}
		if strings.ContainsFunc(field.value, isNoHeader) {
			return nil, invalidKey(field.key, "has a line break, or another character that cannot be sent")
		}
		header.Set(field.name, field.prefix+field.value)
	}
	return header, nil
}

// isNoHeader reports whether a character may not stand in a header.
func isNoHeader(r rune) bool { return r < ' ' || r == 0x7f }

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
	return fault.New(fault.Invalid, "llm-openai: %s: %s", key, problem).WithField(key, problem)
}
