package sqlite_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/store"
)

const crowdTask = "crowd"

// The crowd of one process: its callers talk in conversations that those of the
// other processes talk in, too.
const (
	crowdConversations = 4
	crowdCallers       = 8
	crowdTurns         = 15
)

// TestCrowds lets two processes write at once, each for many callers, and compares
// what all of them were told with what is there.
func TestCrowds(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	told := map[string]string{}
	var outputs [2]bytes.Buffer
	var running sync.WaitGroup
	for i := range outputs {
		running.Go(func() {
			child := command(t, crowdTask, folder)
			child.Env = append(child.Env, fmt.Sprint(childHolder, "=holder ", i))
			child.Stdout, child.Stderr = &outputs[i], os.Stderr
			if err := child.Run(); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	for i := range outputs {
		for lines := bufio.NewScanner(&outputs[i]); lines.Scan(); {
			var conversation, turn, reply string
			if _, err := fmt.Sscan(lines.Text(), &conversation, &turn, &reply); err != nil {
				t.Fatal(err)
			}
			place := conversation + " " + turn
			if other, ok := told[place]; ok {
				t.Errorf("%s was told twice: with %s and %s", place, other, reply)
			}
			told[place] = reply
		}
	}
	if want := len(outputs) * crowdCallers * crowdTurns; len(told) != want {
		t.Errorf("%d turns were told, want %d", len(told), want)
	}
	s := open(t, folder)
	for conversation := range crowdConversations {
		compareTold(t, s, fmt.Sprint("c", conversation), told)
	}
	if len(told) != 0 {
		t.Errorf("told and not there: %v", told)
	}
}

// compareTold takes what is in a conversation from what was told, in order.
func compareTold(t *testing.T, s *sqlite.Store, conversation string, told map[string]string) {
	t.Helper()
	request := store.ListMessages{Scope: store.Scope{Tenant: scope.Tenant, Conversation: conversation}, Limit: 200}
	for number := 0; ; {
		page, err := s.ListMessages(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Items {
			if m.Index == 0 {
				number++
				continue
			}
			place := fmt.Sprint(conversation, " ", number)
			if int(m.Turn) != number || m.Status != store.Complete || told[place] != m.Message.Text() {
				t.Errorf("%s is turn %d, %s, with the reply %s; told was %s", place, m.Turn, m.Status, m.Message.Text(), told[place])
			}
			delete(told, place)
		}
		if request.After = page.Next; page.Next == "" {
			return
		}
	}
}

// runCrowd is the task of a child: it tells each turn on a line once it is
// committed.
func runCrowd(folder, holder string) error {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, sqlite.Config{}, sdk.Settings{DataDir: folder})
	if err != nil {
		return err
	}
	errs := []error{s.Heartbeat(ctx, holder, time.Hour)}
	var mu sync.Mutex
	var callers sync.WaitGroup
	for caller := range crowdCallers {
		callers.Go(func() {
			for range crowdTurns {
				place, reply, err := crowdTurn(ctx, s, holder, fmt.Sprint("c", caller%crowdConversations))
				mu.Lock()
				fmt.Println(place, reply)
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	return errors.Join(append(errs, s.Close())...)
}

// crowdTurn makes one turn, as soon as the conversation is free for it.
func crowdTurn(ctx context.Context, s *sqlite.Store, holder, conversation string) (place, text string, err error) {
	request := begin(holder)
	request.Conversation = conversation
	for {
		outcome, err := s.BeginTurn(ctx, request)
		if err != nil {
			return "", "", err
		}
		if busy, ok := outcome.(store.Busy); ok {
			if err := s.AwaitTurn(ctx, request.Scope, busy.Turn, time.Minute); err != nil {
				return "", "", err
			}
			continue
		}
		text := fmt.Sprintf("%x", request.Token)
		_, err = s.CommitTurn(ctx, reply(request, text))
		return fmt.Sprint(conversation, " ", outcome.(store.Begun).Turn), text, err
	}
}
