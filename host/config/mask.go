package config

import (
	"net/url"
	"strings"

	"github.com/bothost/bothost/sdk/schema"
)

// masked stands for a secret.
const masked = "********"

// Effective is the whole configuration for people to see: secrets are masked,
// references to them are shown as they are. The caller may change it.
func (b *Bot) Effective() map[string]any {
	return b.show(func(leaf) bool { return true })
}

// Overrides is what the tenant's own layers say, masked likewise.
func (b *Bot) Overrides() map[string]any {
	return b.show(func(value leaf) bool { return value.Origin.Tenant })
}

func (b *Bot) show(include func(leaf) bool) map[string]any {
	sections := b.sections()
	shown := rebuild(b.merged, nil, func(path []string, value leaf) (any, bool) {
		section, ok := sections[path[0]]
		if !ok {
			return value.Value, include(value)
		}
		secret := under(section.schema.Annotated(schema.Secret), dotted(path[1:]))
		return show(typed(section.schema, path[1:], value), secret), include(value)
	})
	prune(shown)
	return shown
}

// Effective is the host's own configuration for people to see, as a Bot's.
func (c *Config) Effective() map[string]any {
	return rebuild(c.host, nil, func(path []string, value leaf) (any, bool) {
		return show(typed(c.own, path, value), dotted(path) == adminKey), true
	})
}

// Origins says of every key of the host's own configuration which layer its
// value came from.
func (c *Config) Origins() map[string]string { return origins(c.host) }

// show masks what must not be seen of a value.
func show(value any, secret bool) any {
	switch value := value.(type) {
	case string:
		if secret {
			return maskSecret(value)
		}
		return maskURL(value)
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = show(item, secret)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(value))
		for key, item := range value {
			object[key] = show(item, secret)
		}
		return object
	default:
		if secret {
			return masked
		}
		return value
	}
}

// maskSecret leaves of a secret what refers to it.
func maskSecret(text string) string {
	parts, err := parseText(text)
	if err != nil {
		return masked
	}
	var shown strings.Builder
	for _, part := range parts {
		if part.reference != nil {
			shown.WriteString(part.reference.String())
		} else if part.literal != "" {
			shown.WriteString(masked)
		}
	}
	return shown.String()
}

// maskURL masks the password of an address.
func maskURL(text string) string {
	if !strings.Contains(text, "://") || !strings.Contains(text, "@") || refers(text) {
		return text
	}
	address, err := url.Parse(text)
	if err != nil || address.User == nil {
		return text
	}
	if _, has := address.User.Password(); has {
		address.User = url.UserPassword(address.User.Username(), masked)
		return strings.Replace(address.String(), url.QueryEscape(masked), masked, 1)
	}
	return text
}

// prune removes the maps that are empty.
func prune(values map[string]any) {
	for key, value := range values {
		below, ok := value.(map[string]any)
		if !ok {
			continue
		}
		prune(below)
		if len(below) == 0 {
			delete(values, key)
		}
	}
}
