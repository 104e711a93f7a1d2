package fakemodel_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bothost/bothost/host/internal/fakemodel"
)

// slowClient notes when pieces come, and takes its time over the first.
type slowClient struct {
	httptest.ResponseRecorder
	takes time.Duration
	came  []time.Time
}

func (c *slowClient) Write(piece []byte) (int, error) {
	c.came = append(c.came, time.Now())
	if len(c.came) == 1 {
		time.Sleep(c.takes)
	}
	return len(piece), nil
}

func ask(server *fakemodel.Server, client *slowClient) {
	client.HeaderMap = http.Header{}
	server.ServeHTTP(client, httptest.NewRequest(http.MethodPost, "/api/chat", strings.NewReader(`{}`)))
}

func TestALatePieceDelaysNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newServer(t, fakemodel.Settings{Pieces: 4, Delay: time.Second})
		client := &slowClient{takes: 1500 * time.Millisecond}
		began := time.Now()
		ask(server, client)
		var got []time.Duration
		for _, at := range client.came {
			got = append(got, at.Sub(began))
		}
		// The second comes as soon as the client has taken the first; then the end.
		want := []time.Duration{time.Second, 2500 * time.Millisecond, 3 * time.Second, 4 * time.Second, 4 * time.Second}
		if !slices.Equal(got, want) {
			t.Errorf("pieces came at %v, want %v", got, want)
		}
	})
}

func TestPiecesOfManyRepliesComeTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newServer(t, fakemodel.Settings{Pieces: 2, Delay: 100 * time.Millisecond})
		var first, second slowClient
		var asking sync.WaitGroup
		time.Sleep(time.Millisecond)
		asking.Go(func() { ask(server, &first) })
		time.Sleep(5 * time.Millisecond)
		asking.Go(func() { ask(server, &second) })
		asking.Wait()
		if !slices.EqualFunc(first.came, second.came, time.Time.Equal) {
			t.Errorf("pieces came at %v and at %v", first.came, second.came)
		}
	})
}
