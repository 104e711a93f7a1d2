package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// adminKey is the one key of the host that may refer to a secret.
const adminKey = "auth.admin_key"

// checkAuth fills in the mode where no layer gave it, and checks that nobody
// but this machine can reach a host without authentication.
func (c *Config) checkAuth() Problems {
	host, ok := splitAddress(c.settings.Listen)
	if !ok {
		return Problems{{
			Key: "listen", Message: "want a host and a port, like 127.0.0.1:8080",
			Source: originOf(c.host, []string{"listen"}),
		}}
	}
	loopback := isLoopback(host)
	switch {
	case c.settings.Auth.Mode == "" && loopback && c.settings.Auth.AdminKey == "":
		c.settings.Auth.Mode = AuthNone
	case c.settings.Auth.Mode == "":
		c.settings.Auth.Mode = AuthKeys
	case c.settings.Auth.Mode == AuthNone && !loopback:
		return Problems{{
			Key: "auth.mode", Source: originOf(c.host, []string{"auth", "mode"}),
			Message: "with none the host listens on loopback only; use keys, or listen on 127.0.0.1",
		}}
	}
	return nil
}

// splitAddress gives the host of an address whose port is a number.
func splitAddress(address string) (string, bool) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return host, err == nil
}

// isLoopback reports that a host is this machine alone. A name that has to be
// looked up is not, save the one that is reserved for it.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

// checkAdminKey refuses what can be no reference, wherever it is resolved.
func (c *Config) checkAdminKey() Problems {
	text, origin := c.givenAdminKey()
	if _, err := parseText(text); err != nil {
		return Problems{{Key: adminKey, Message: err.Error(), Source: origin.Name}}
	}
	return nil
}

// givenAdminKey is the administrator's key as it is written; "" if it is not.
func (c *Config) givenAdminKey() (string, Origin) {
	value, _ := find(c.host, strings.Split(adminKey, "."))
	given, _ := value.(leaf)
	text, _ := given.Value.(string)
	return text, given.Origin
}

// AdminKey resolves the administrator's key; "" if none is configured. Its
// errors are Problems.
func (c *Config) AdminKey() (string, error) {
	text, origin := c.givenAdminKey()
	if text == "" {
		return "", nil
	}
	resolved, err := c.rights.resolve(origin, text)
	if err == nil && resolved == "" {
		err = errEmpty
	}
	if err != nil {
		return "", Problems{{Key: adminKey, Message: err.Error(), Source: origin.Name}}
	}
	return resolved, nil
}
