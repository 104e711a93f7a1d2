package httpapi_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/httpapi"
)

// TestSlowReader checks that nobody can hold a connection by an answer that is
// not taken.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	for name, target := range map[string]string{"a document": "/openapi.json", "a value": "/livez"} {
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
				if _, err := client.Write([]byte("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
					t.Fatal(err)
				}
				time.Sleep(5 * time.Minute)
				if n, err := client.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
					t.Errorf("after five minutes %d bytes can be read, %v", n, err)
				}
				_ = client.Close()
				close(listener.connections)
				_ = api.Close()
				<-served
			})
		})
	}
}
