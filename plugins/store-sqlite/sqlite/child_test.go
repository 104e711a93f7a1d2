package sqlite_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// The environment of a child: this test binary again, as another process, for one
// of the tasks.
const (
	childTask   = "STORE_SQLITE_TEST_TASK"
	childFolder = "STORE_SQLITE_TEST_FOLDER"
	childHolder = "STORE_SQLITE_TEST_HOLDER"
)

const turnsTask = "turns"

// tasks are what a child can do in a folder.
func tasks() map[string]func(folder string) error {
	all := systemTasks()
	all[turnsTask] = func(folder string) error { return runTurns(folder, os.Getenv(childHolder)) }
	all[crowdTask] = func(folder string) error { return runCrowd(folder, os.Getenv(childHolder)) }
	return all
}

var scope = store.Scope{Tenant: "tenant", Conversation: "c1"}

// runTurns runs turns for ever, and tells each on a line once it is committed.
func runTurns(folder, holder string) error {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, sqlite.Config{}, sdk.Settings{DataDir: folder})
	if err != nil {
		return err
	}
	if err := s.Heartbeat(ctx, holder, time.Hour); err != nil {
		return errors.Join(err, s.Close())
	}
	for {
		turn, err := runTurn(ctx, s, holder)
		if err != nil {
			return errors.Join(err, s.Close())
		}
		if turn > 0 {
			fmt.Println(turn)
		}
	}
}

// runTurn runs a whole turn, and gives its number; 0: another one was running.
func runTurn(ctx context.Context, s *sqlite.Store, holder string) (uint64, error) {
	request := begin(holder)
	outcome, err := s.BeginTurn(ctx, request)
	if err != nil {
		return 0, err
	}
	begun, ok := outcome.(store.Begun)
	if !ok {
		return 0, nil
	}
	_, err = s.CommitTurn(ctx, reply(request, fmt.Sprint("reply ", begun.Turn)))
	return begun.Turn, err
}

func begin(holder string) store.BeginTurn {
	request := store.BeginTurn{
		Scope: scope, Holder: holder, Timeout: time.Hour,
		UserMessage: message.New(message.User, "hello"),
		Window:      memory.Window{MaxMessages: 2},
	}
	_, _ = rand.Read(request.Token[:]) // never fails
	return request
}

func reply(request store.BeginTurn, text string) store.CommitTurn {
	return store.CommitTurn{
		Scope: request.Scope, Token: request.Token, Status: store.Complete,
		Messages: []message.Message{message.New(message.Assistant, text)},
		Result:   llm.Result{Model: "model"},
	}
}

// child is a running child.
type child struct {
	process *exec.Cmd
	lines   *bufio.Scanner
}

func startChild(t *testing.T, folder, holder string) *child {
	t.Helper()
	process := command(t, turnsTask, folder)
	process.Env = append(process.Env, childHolder+"="+holder)
	process.Stderr = os.Stderr
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	return &child{process: process, lines: bufio.NewScanner(output)}
}

func command(t *testing.T, task, folder string) *exec.Cmd {
	t.Helper()
	process := exec.CommandContext(t.Context(), os.Args[0])
	process.Env = append(os.Environ(), childTask+"="+task, childFolder+"="+folder)
	return process
}

// turn waits for the child's next turn.
func (c *child) turn(t *testing.T) (turn uint64) {
	t.Helper()
	if !c.lines.Scan() {
		t.Fatalf("the child has ended: %v", c.lines.Err())
	}
	if _, err := fmt.Sscan(c.lines.Text(), &turn); err != nil {
		t.Fatal(err)
	}
	return turn
}

// kill ends the child where it stands, and gives the last turn that it told.
func (c *child) kill(t *testing.T) (last uint64) {
	t.Helper()
	if err := c.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for c.lines.Scan() {
		if _, err := fmt.Sscan(c.lines.Text(), &last); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.process.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	return last
}
