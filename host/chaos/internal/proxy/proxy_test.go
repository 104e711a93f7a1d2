package proxy_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bothost/bothost/host/chaos/internal/proxy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start starts a server that says everything back, and a proxy before it.
func start(t *testing.T) *proxy.Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(connection, connection)
				_ = connection.Close()
			}()
		}
	}()
	p, err := proxy.Listen(1)
	if err != nil {
		t.Fatal(err)
	}
	p.SetTarget(listener.Addr().String())
	t.Cleanup(func() {
		_ = listener.Close()
		<-served
		_ = p.Close()
	})
	return p
}

func dial(t *testing.T, p *proxy.Proxy) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", p.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// exchange sends bytes and gives how many of them came back.
func exchange(t *testing.T, connection net.Conn, sent []byte) (int, error) {
	t.Helper()
	go func() { _, _ = connection.Write(sent) }()
	got := make([]byte, len(sent))
	n, err := io.ReadFull(connection, got)
	if !bytes.Equal(got[:n], sent[:n]) {
		t.Error("other bytes came back than were sent")
	}
	return n, err
}

func TestForwards(t *testing.T) {
	t.Parallel()
	p := start(t)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
	if n, err := exchange(t, dial(t, p), sent); err != nil {
		t.Errorf("%d of %d bytes came back: %v", n, len(sent), err)
	}
}

// TestCut: connections break within the bytes that were said, those that were
// there as well as those that come, until it is over.
func TestCut(t *testing.T) {
	t.Parallel()
	p := start(t)
	before := dial(t, p)
	if _, err := exchange(t, before, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	const within = 1000
	p.Cut(within)
	sent := make([]byte, 2*within)
	for _, connection := range []net.Conn{before, dial(t, p), dial(t, p)} {
		if n, err := exchange(t, connection, sent); err == nil || n >= within {
			t.Errorf("%d bytes came back: %v", n, err)
		}
	}
	p.Heal()
	if _, err := exchange(t, dial(t, p), sent); err != nil {
		t.Errorf("after it was healed: %v", err)
	}
}

// TestStall: nothing passes and nothing breaks; afterwards each connection goes
// on with nothing lost, or breaks.
func TestStall(t *testing.T) {
	t.Parallel()
	p := start(t)
	connections := make([]net.Conn, 20)
	for i := range connections {
		connections[i] = dial(t, p)
		if _, err := exchange(t, connections[i], []byte("hello")); err != nil {
			t.Fatal(err)
		}
	}
	p.Stall()
	for _, connection := range connections {
		if _, err := connection.Write([]byte("anybody?")); err != nil {
			t.Fatal(err)
		}
	}
	_ = connections[0].SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := connections[0].Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("a stalled connection answered, or broke: %v", err)
	}
	_ = connections[0].SetReadDeadline(time.Time{})
	p.Heal()
	var whole, broken int
	for _, connection := range connections {
		got := make([]byte, 8)
		if n, err := io.ReadFull(connection, got); err == nil && string(got) == "anybody?" {
			whole++
		} else if n == 0 {
			broken++
		}
	}
	if whole == 0 || broken == 0 || whole+broken != len(connections) {
		t.Errorf("%d connections went on, %d broke", whole, broken)
	}
}

// TestDelay: bytes come late, and all of them.
func TestDelay(t *testing.T) {
	t.Parallel()
	p := start(t)
	connection := dial(t, p)
	p.Delay(20 * time.Millisecond)
	began := time.Now()
	for range 10 {
		if _, err := exchange(t, connection, []byte("hello")); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took < 20*time.Millisecond {
		t.Errorf("twenty delays took %v", took)
	}
}

// TestNobodyThere: without a target that answers, connections end.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	p := start(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.SetTarget(listener.Addr().String())
	_ = listener.Close()
	if _, err := exchange(t, dial(t, p), []byte("hello")); err == nil {
		t.Error("nobody answered")
	}
}

// TestCloseInTrouble: connections that are stalled do not keep it from ending.
func TestCloseInTrouble(t *testing.T) {
	t.Parallel()
	p := start(t)
	connection := dial(t, p)
	if _, err := exchange(t, connection, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	p.Stall()
	if _, err := connection.Write([]byte("anybody?")); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	// That it ends is enough, however it does.
	_, _ = io.ReadAll(connection)
	if _, err := net.Dial("tcp", p.Address()); err == nil {
		t.Error("a closed proxy takes connections")
	}
}
