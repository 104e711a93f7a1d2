package httpapi_test

import (
	"bufio"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/httpapi"
)

// pipeListener gives one connection, and then none.
type pipeListener struct{ connections chan net.Conn }

func (l pipeListener) Accept() (net.Conn, error) {
	connection, ok := <-l.connections
	if !ok {
		return nil, net.ErrClosed
	}
	return connection, nil
}

func (pipeListener) Close() error   { return nil }
func (pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// TestSlowBody checks that nobody can hold a connection by a body that does not
// come, with a key or without.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header string
		status int
	}{
		"without a key": {header: "Content-Type: application/json\r\n", status: 401},
		"not JSON":      {header: "Authorization: Bearer " + adminKey + "\r\n", status: 415},
		"never whole":   {header: "Authorization: Bearer " + adminKey + "\r\nContent-Type: application/json\r\n", status: 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, server := net.Pipe()
				listener := pipeListener{connections: make(chan net.Conn, 1)}
				listener.connections <- server
				api := &http.Server{Handler: httpapi.New(httpapi.Settings{
					Auth: httpapi.Auth{Required: true, AdminKey: adminKey}, Logger: hclog.NewNullLogger(),
				})}
				served := make(chan struct{})
				go func() {
					defer close(served)
					_ = api.Serve(listener)
				}()
				go func() {
					_, _ = client.Write([]byte("PUT /v1/tenants/a HTTP/1.1\r\nHost: x\r\n" + test.header + "Content-Length: 100\r\n\r\n{"))
				}()
				started := time.Now()
				answer, err := http.ReadResponse(bufio.NewReader(client), nil)
				if err != nil {
					t.Fatal(err)
				}
				if answer.StatusCode != test.status || time.Since(started) > 30*time.Second {
					t.Errorf("%s after %v", answer.Status, time.Since(started))
				}
				_ = answer.Body.Close()
				_ = client.Close()
				close(listener.connections)
				_ = api.Close()
				<-served
			})
		})
	}
}
