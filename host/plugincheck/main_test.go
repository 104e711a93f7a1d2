package plugincheck_test

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// The plugins of the tests. Each but the first is wrong in one way.
const (
	honest    = "llm-honest"
	turncoat  = "llm-turncoat"  // says that it is of another kind
	silent    = "llm-silent"    // never gets to the handshake
	noisy     = "llm-noisy"     // greets on standard output
	slow      = "llm-slow"      // takes its time before the handshake
	chatty    = "llm-chatty"    // prints on standard output in a call
	unasked   = "llm-unasked"   // does not end when a person starts it
	orphan    = "llm-orphan"    // outlives its host
	mortal    = "llm-mortal"    // ends on SIGTERM
	impatient = "llm-impatient" // refuses pings, as gRPC does by default
	small     = "llm-small"     // takes 4 MiB, as gRPC does by default
	fragile   = "llm-fragile"   // ends in Open
	brittle   = "llm-brittle"   // ends in Chat
	flatterer = "llm-flatterer" // claims to speak whatever version is wanted
	stalling  = "llm-stalling"  // never answers Open
	frozen    = "llm-frozen"    // never answers Chat
	single    = "llm-single"    // serves one at a time
	mixing    = "llm-mixing"    // keeps what is said where the next call overwrites it
	huge      = "llm-huge"      // sends more than 64 MiB in one message
	forgetful = "llm-forgetful" // does not heed Close
	deaf      = "llm-deaf"      // ignores that a call is cancelled
	halving   = "llm-halving"   // cuts text within a character
	gossip    = "llm-gossip"    // tells what another tenant said
	abrupt    = "llm-abrupt"    // does not say that its reply is complete
	trimming  = "memory-trimming"
)

// TestMain makes this binary the plugins of its own tests.
func TestMain(m *testing.M) {
	name := filepath.Base(os.Args[0])
	if strings.HasPrefix(name, "llm-") || strings.HasPrefix(name, "memory-") {
		serve(name)
	}
	// The tests wait for most of their time.
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// leave ends the process without the second that the race detector takes.
func leave(status int) { syscall.Exit(status) }

// serve runs this process as a plugin, by the contract alone.
func serve(name string) {
	switch name {
	case silent:
		time.Sleep(time.Hour)
	case noisy:
		fmt.Println("Welcome to my plugin!")
	case slow:
		time.Sleep(5200 * time.Millisecond)
	}
	if os.Getenv("BOTHOST_PLUGIN") == "" {
		refusePerson(name)
	}
	if name != mortal {
		signal.Ignore(syscall.SIGTERM)
	}
	if name != orphan {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			leave(0)
		}()
	}
	socket := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "socket")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		panic(err)
	}
	version := "1"
	if name == flatterer {
		version = os.Getenv("PLUGIN_PROTOCOL_VERSIONS")
	}
	fmt.Printf("1|%s|unix|%s|grpc\n", version, socket)
	panic(newServer(name).Serve(listener))
}

func refusePerson(name string) {
	if name == unasked {
		time.Sleep(time.Hour)
	}
	fmt.Fprintln(os.Stderr, "a host starts me")
	leave(1)
}

func newServer(name string) *grpc.Server {
	size := grpc.MaxRecvMsgSize(handshake.MaxMessageSize)
	pings := grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{
		MinTime: handshake.KeepaliveMinTime, PermitWithoutStream: true,
	})
	options := []grpc.ServerOption{size, pings}
	switch name {
	case impatient:
		options = []grpc.ServerOption{size}
	case small:
		options = []grpc.ServerOption{pings}
	}
	server := grpc.NewServer(options...)
	fake := &fake{name: name, open: map[string]bool{}}
	pluginv1.RegisterPluginServiceServer(server, fake)
	pluginv1.RegisterLLMServiceServer(server, fake)
	pluginv1.RegisterMemoryServiceServer(server, fake)
	return server
}
