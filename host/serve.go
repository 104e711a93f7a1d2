package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/host/httpapi"
)

// Handler answers the HTTP API.
func (h *Host) Handler() http.Handler {
	settings := h.Resolver().Config().Settings()
	auth := httpapi.Auth{Required: settings.Auth.Mode == config.AuthKeys, AdminKey: h.adminKey}
	auth.Hosts = []string{"127.0.0.1", "localhost", "::1"}
	if host, _, err := net.SplitHostPort(settings.Listen); err == nil {
		auth.Hosts = append(auth.Hosts, host)
	}
	return httpapi.New(httpapi.Settings{
		Registry: h.registry, Auth: auth, Effective: h.effective, Plugins: h.Plugins,
		Ready: h.store.ready, Version: h.version, Logger: h.logger,
	})
}

// Listen takes the address that the configuration names.
func (h *Host) Listen(ctx context.Context) (net.Listener, error) {
	address := h.Resolver().Config().Settings().Listen
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listener, nil
}

// Serve answers the HTTP API until ctx ends. Then queued turns are refused, and
// turns that run have the drain time to finish; those that do not are cancelled,
// with what was said kept. Serve owns the listener. It does not close the host.
func (h *Host) Serve(ctx context.Context, listener net.Listener) error {
	turns, cancelTurns := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancelTurns(nil)
	server := &http.Server{
		Handler: h.Handler(),
		// Bodies and events have limits of their own; a stream has none in all.
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return turns },
		ErrorLog:          h.logger.StandardLogger(nil),
	}
	h.logger.Info("listening", "address", "http://"+listener.Addr().String())
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	h.logger.Info("stopping", "drain", h.drainTime)
	h.gates.Close()
	return h.drain(ctx, server, cancelTurns)
}

// cancelTime is how long cancelled turns have to be stored.
const cancelTime = 10 * time.Second

func (h *Host) drain(ctx context.Context, server *http.Server, cancelTurns context.CancelCauseFunc) error {
	ctx = context.WithoutCancel(ctx)
	finish, cancel := context.WithTimeout(ctx, h.drainTime)
	defer cancel()
	err := server.Shutdown(finish)
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	h.logger.Warn("turns are still running, and are cancelled", "drain", h.drainTime)
	cancelTurns(errShuttingDown())
	last, cancel := context.WithTimeout(ctx, cancelTime)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		return errors.Join(fmt.Errorf("turns did not end: %w", err), server.Close())
	}
	return nil
}
