package sdk

import (
	"context"

	"github.com/hashicorp/go-hclog"
)

// Settings is what the host gives an instance besides its configuration.
type Settings struct {
	// Logger writes to the host's log. Never log what people say, nor secrets.
	Logger hclog.Logger
	// DataDir is the absolute path of the folder that the plugin may keep files
	// in; relative paths of the configuration are relative to it.
	DataDir string
}

// OpenFunc makes an instance of a plugin from its decoded, checked
// configuration. It fails with a fault.Invalid whose Fields name the keys if the
// configuration cannot work, and with fault.Unavailable if what it needs cannot
// be reached; a provider that can do without at first should rather open, and
// fail when it is used. ctx ends when Open has returned: what lives on needs a
// context of its own. An instance that is an io.Closer is closed when it is
// released, after its last call.
type OpenFunc[C, P any] func(ctx context.Context, config C, settings Settings) (P, error)
