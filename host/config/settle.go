package config

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bothost/bothost/sdk/schema"
)

// settle makes the settings of the merged layers, or says what is wrong.
func (c *Config) settle(host tree) Problems {
	c.host = host
	problems := noReferences(host)
	plain := rebuild(host, nil, func(path []string, value leaf) (any, bool) {
		return typed(c.own, path, value), true
	})
	for _, problem := range c.own.Check(plain) {
		problems = append(problems, c.hostProblem(problem))
	}
	if len(problems) > 0 {
		return problems
	}
	raw, err := json.Marshal(plain)
	if err != nil {
		return Problems{{Message: fmt.Sprintf("write settings: %v", err)}}
	}
	if c.settings, err = schema.Decode[Settings](c.own, raw); err != nil {
		return Problems{{Message: err.Error()}}
	}
	c.settings.PluginDir, c.settings.DataDir = absolute(c.settings.PluginDir), absolute(c.settings.DataDir)
	c.settings.TenantsDir = c.besideFile("tenants_dir", c.settings.TenantsDir)
	problems = append(problems, c.checkAuth()...)
	problems = append(problems, c.checkAdminKey()...)
	problems = append(problems, c.checkTimeouts()...)
	problems = append(problems, c.checkLimits()...)
	c.settings.Auth.AdminKey = ""
	return problems
}

// checkTimeouts refuses those with which no turn could succeed.
func (c *Config) checkTimeouts() Problems {
	var problems Problems
	for _, timeout := range []struct {
		key   string
		given schema.Duration
	}{
		{"idle_timeout", c.settings.Conversation.IdleTimeout},
		{"turn_timeout", c.settings.Conversation.TurnTimeout},
	} {
		if timeout.given == 0 {
			path := []string{"conversation", timeout.key}
			problems = append(problems, Problem{Key: dotted(path), Message: "want more than 0s", Source: originOf(c.host, path)})
		}
	}
	return problems
}

// typed is a leaf's value, that of a variable as the type its key wants.
func typed(s *schema.Schema, path []string, value leaf) any {
	text, ok := value.Value.(string)
	if !ok || !value.Origin.Env {
		return value.Value
	}
	return s.Coerce(path, text)
}

// hostProblem completes what the schema says about a key of the host.
func (c *Config) hostProblem(problem schema.Problem) Problem {
	path := strings.Split(problem.Key, ".")
	if slices.Contains(botKeys(), problem.Key) {
		problem.Message = "belongs under bot, or under one of the tenants"
	}
	return Problem{Key: problem.Key, Message: problem.Message, Source: originOf(c.host, path)}
}

// noReferences refuses ${...} where it is not resolved.
func noReferences(host tree) Problems {
	var problems Problems
	walk(host, nil, func(path []string, value leaf) {
		if dotted(path) != adminKey && refers(value.Value) {
			problems = append(problems, Problem{
				Key: dotted(path), Source: value.Origin.Name,
				Message: "${...} is not resolved here, only in the sections of plugins and in " + adminKey,
			})
		}
	})
	return problems
}

// besideFile makes a path absolute from the folder of the file that names it.
func (c *Config) besideFile(key, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	if value, ok := c.host[key].(leaf); ok && value.Origin.Dir != "" {
		return filepath.Join(value.Origin.Dir, path)
	}
	return absolute(path)
}

// Settings are the host's own. The lists in it must not be changed.
func (c *Config) Settings() Settings { return c.settings }
