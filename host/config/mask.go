package config

import (
	"net/url"
	"strings"

	"github.com/bothost/bothost/sdk/schema"
)

// masked stands for a secret.
const masked = "********"

// show gives what may be seen of a leaf of the section.
func (s Section) show(path []string, value leaf) any {
	if s.schema == nil {
		return masked
	}
	return show(typed(s.schema, path, value), under(s.schema.Annotated(schema.Secret), dotted(path)))
}

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
	if err != nil {
		return maskAuthority(text)
	}
	if address.User == nil {
		return text
	}
	if _, has := address.User.Password(); has {
		address.User = url.UserPassword(address.User.Username(), masked)
		return strings.Replace(address.String(), url.QueryEscape(masked), masked, 1)
	}
	return text
}

// maskAuthority masks what may be a user and a password in what may be meant for
// an address.
func maskAuthority(text string) string {
	begin, end := strings.Index(text, "://")+len("://"), strings.LastIndex(text, "@")
	if end < begin || strings.ContainsAny(text[begin:end], " \t\n") || !strings.Contains(text[begin:end], ":") {
		return text
	}
	return text[:begin] + masked + text[end:]
}
