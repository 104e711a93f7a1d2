package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/sdk/plugin/handshake"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version string

// programVersion is the linker's version, or else that of the module as it was
// built.
func programVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}

func (a *app) versionCommand() *cobra.Command {
	command := leaf("version", "Tell the versions of program, contract and Go",
		func(context.Context, []string) error { return a.showVersion() })
	command.Example = "  bothost version --json"
	return command
}

func (a *app) showVersion() error {
	found := struct {
		Version  string `json:"version"`
		Contract string `json:"contract"`
		Go       string `json:"go"`
		Platform string `json:"platform"`
	}{
		programVersion(), handshake.Version(handshake.ContractMinor),
		runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH,
	}
	return a.show(found, func(w io.Writer) {
		fmt.Fprintf(w, "bothost %s\nplugin contract %s, for plugins of any %d.x\n%s %s\n",
			found.Version, found.Contract, handshake.ProtocolVersion, found.Go, found.Platform)
	})
}
