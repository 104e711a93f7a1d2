package config

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// Problem is one mistake in a configuration. There is no value in it: the value
// of a misspelled key is as likely to be a secret as any other.
type Problem struct {
	// Key is the path from the document's root, dots between; of a tenant's
	// configuration, from the root of that.
	Key     string
	Message string
	// Source is the layer that the mistake is in; "" where none can be named.
	Source string
	// Tenant is set where the mistake is in a file's tenant.
	Tenant string
	// MissingPlugin names the plugin that is wanted and not there. It may be
	// there on another day, or on another instance.
	MissingPlugin string
	// required says that a key is wanted that no layer gave.
	required bool
}

// String is the problem as one line for people.
func (p Problem) String() string {
	text := p.Message
	if p.Key != "" {
		text = p.Key + ": " + text
	}
	if p.Tenant != "" {
		text = "tenant " + p.Tenant + ": " + text
	}
	if p.Source != "" {
		text += " (" + p.Source + ")"
	}
	return text
}

// Problems is every mistake that was found, as one error. It is never empty.
type Problems []Problem

// Error gives one line for each problem.
func (p Problems) Error() string {
	lines := make([]string, 0, len(p))
	for _, problem := range p {
		lines = append(lines, problem.String())
	}
	return strings.Join(lines, "\n")
}

// OnlyMissingPlugins reports that err says nothing else than that plugins are
// not there: the configuration may be right.
func OnlyMissingPlugins(err error) bool {
	problems, ok := errors.AsType[Problems](err)
	if !ok {
		return false
	}
	return !slices.ContainsFunc(problems, func(p Problem) bool { return p.MissingPlugin == "" })
}

// orNil makes an error of the problems, if there are any, in a stable order.
func (p Problems) orNil() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Key, b.Key))
	})
	return p
}
