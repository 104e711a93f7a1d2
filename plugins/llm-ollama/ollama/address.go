package ollama

import (
	"net/url"
	"strings"

	"github.com/ollama/ollama/envconfig"
)

// address is the server's URL. The environment is only the default, so that an
// instance whose configuration names a server never speaks to another one.
func (c Config) address() (*url.URL, error) {
	if c.BaseURL == "" {
		return envconfig.Host(), nil
	}
	parsed, err := url.Parse(strings.TrimSpace(c.BaseURL))
	if err != nil {
		// The parser's error would repeat the whole URL, password and all.
		return nil, invalidKey("base_url", "not a URL such as http://127.0.0.1:11434")
	}
	if parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" {
		return nil, invalidKey("base_url", "not an http or https URL such as http://127.0.0.1:11434")
	}
	return parsed, nil
}
