// Package handshake holds what a host and a plugin must agree on before they
// can speak: the values of the go-plugin handshake and the limits of the
// channel.
package handshake

import (
	"time"

	"github.com/hashicorp/go-plugin"
)

const (
	// ProtocolVersion is the major version of the contract, that of the proto
	// package bothost.plugin.v1.
	ProtocolVersion = 1
	// ContractMinor counts the additions to it: see .ci/contract.
	ContractMinor = 1
	// PluginSet is the name under which go-plugin knows the one thing that a
	// process serves.
	PluginSet = "plugin"
	// MaxMessageSize bounds a message in both directions, in bytes. gRPC's own
	// default of 4 MiB is less than a window may hold.
	MaxMessageSize = 64 << 20
	// StreamWindow and ConnWindow are how many bytes may be under way in a call
	// and in all calls together before they are read. Both sides set them:
	// gRPC would otherwise measure the way with a ping in nearly every call,
	// and wake both processes for it.
	StreamWindow = 1 << 20
	ConnWindow   = 16 << 20
	// KeepaliveTime is how often an idle host asks whether the plugin is there.
	KeepaliveTime = 10 * time.Second
	// KeepaliveTimeout is how long it waits for the answer.
	KeepaliveTimeout = 3 * time.Second
	// KeepaliveMinTime is how often a plugin lets itself be asked. It must be
	// less than KeepaliveTime: gRPC's default of 5 minutes would close the
	// connection of a host that asks.
	KeepaliveMinTime = 5 * time.Second
)

// Config is go-plugin's handshake: a cookie that tells an executable that it
// was started by a host, not by a person.
func Config() plugin.HandshakeConfig {
	return plugin.HandshakeConfig{
		ProtocolVersion:  ProtocolVersion,
		MagicCookieKey:   "BOTHOST_PLUGIN",
		MagicCookieValue: "bothost.plugin.v1",
	}
}

const (
	// LogLevelVariable is the environment variable that tells a plugin from
	// which level on its log is wanted: trace, debug, info, warn or error.
	LogLevelVariable = "BOTHOST_PLUGIN_LOG_LEVEL"
	// NotOpen is the reason of the fault for a call to an instance that the
	// process does not know.
	NotOpen = "instance_not_open"
	// AttachTimeout is how long a plugin waits for a host to attach before it
	// ends itself.
	AttachTimeout = 30 * time.Second
)
