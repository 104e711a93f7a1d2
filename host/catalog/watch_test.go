package catalog_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/supervise"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// watched is a plugin directory that is watched on a clock of its own. Nothing is
// run in it: what a file has in it says what it would do.
type watched struct {
	catalog.Settings
	*catalog.Catalog

	mutex sync.Mutex
	// asked are the contents that were described, in order; done is what the users
	// were told.
	asked []string
	done  []string
}

// watch runs a test on a watched directory. It is told of no change.
func watch(t *testing.T, test func(t *testing.T, w *watched)) {
	t.Parallel()
	f := newFixture(t)
	f.KeptDir = filepath.Join(t.TempDir(), "kept")
	w := &watched{Settings: f.Settings}
	w.Describe = w.describe
	synctest.Test(t, func(t *testing.T) {
		var err error
		if w.Catalog, err = catalog.Load(t.Context(), w.Settings); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var watching sync.WaitGroup
		watching.Go(func() { w.Watch(ctx, w, nil) })
		defer watching.Wait()
		defer stop()
		test(t, w)
	})
}

// describe fails for a content that begins with "bad", and hangs for one that
// begins with "hangs".
func (w *watched) describe(ctx context.Context, binary supervise.Binary) (*pluginv1.DescribeResponse, error) {
	content, err := os.ReadFile(binary.Path)
	if err != nil {
		return nil, err
	}
	w.mutex.Lock()
	w.asked = append(w.asked, string(content))
	w.mutex.Unlock()
	switch {
	case strings.HasPrefix(string(content), "bad"):
		return nil, errors.New(string(content))
	case strings.HasPrefix(string(content), "hangs"):
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return &pluginv1.DescribeResponse{
		Name: binary.Plugin, Kind: pluginv1.Kind_KIND_LLM, Version: string(content[:1]),
		Services: []string{"bothost.plugin.v1.LLMService"}, ConfigSchema: []byte(`{"type":"object"}`),
	}, nil
}

// Replace refuses a content that begins with "unfit".
func (w *watched) Replace(_ context.Context, before, next catalog.Entry, commit func()) error {
	content, err := os.ReadFile(next.Path)
	if err != nil {
		return err
	}
	if strings.HasPrefix(string(content), "unfit") {
		return errors.New("it fits nothing")
	}
	w.tell("replace " + before.Version + " by " + next.Version)
	commit()
	return nil
}

func (w *watched) Withdraw(_ context.Context, plugin string) error {
	w.tell("withdraw " + plugin)
	return nil
}

func (w *watched) tell(what string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.done = append(w.done, what)
}

func (w *watched) told() []string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.Clone(w.done)
}

func (w *watched) descriptions() []string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.Clone(w.asked)
}

func (w *watched) path(name string) string { return filepath.Join(w.Dir, name) }

// put puts a file there as a whole.
func (w *watched) put(t *testing.T, name, content string) {
	t.Helper()
	hidden := w.path("." + name)
	if err := os.WriteFile(hidden, []byte(content), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(hidden, w.path(name)); err != nil {
		t.Fatal(err)
	}
}

// settled waits until the directory has been looked at, at the latest, and what
// was seen has been done. Before, the processes that other tests are just forking
// have let go of what was written here: this clock does not wait for them.
func (w *watched) settled() {
	syscall.ForkLock.RLock()
	syscall.ForkLock.RUnlock() //nolint:staticcheck // to have waited for it is all
	time.Sleep(4 * time.Second)
	synctest.Wait()
}

// copies counts the private copies.
func (w *watched) copies(t *testing.T) int {
	t.Helper()
	found, err := os.ReadDir(w.PrivateDir)
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// want looks at an entry: its state, a part of its reason, and the version that is
// in service.
func (w *watched) want(t *testing.T, plugin string, state catalog.State, reason, version string) {
	t.Helper()
	got := entry(t, w.Catalog, plugin)
	if got.State != state || !strings.Contains(got.Reason, reason) || got.Version != version || got.Usable() != (version != "") {
		t.Errorf("%s is %s with version %q: %s", plugin, got.State, got.Version, got.Reason)
	}
	_, err := w.Lookup(plugin)
	if (err == nil) != (version != "") {
		t.Errorf("look up %s: %v", plugin, err)
	}
}

func TestWatchTakesWhatIsDroppedIn(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		w.put(t, "llm-one", "1")
		w.put(t, "README", "hello")
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
		w.want(t, "README", catalog.Ignored, "<kind>-<name>", "")
		if names := w.Names("llm"); !slices.Equal(names, []string{"one"}) {
			t.Errorf("names are %v", names)
		}
		w.put(t, "llm-one", "2")
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "2")
		if told := w.told(); !slices.Equal(told, []string{"replace  by 1", "replace 1 by 2"}) {
			t.Errorf("told %q", told)
		}
		if w.copies(t) != 1 {
			t.Errorf("%d copies", w.copies(t))
		}
	})
}

func TestWatchLeavesAloneWhatIsWritten(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		for i := range 12 {
			if err := os.WriteFile(w.path("llm-one"), []byte(strings.Repeat("1", i+1)), 0o700); err != nil {
				t.Fatal(err)
			}
			time.Sleep(700 * time.Millisecond)
			if i > 5 {
				w.want(t, "llm-one", catalog.Waiting, "being written", "")
			}
		}
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
		if asked := w.descriptions(); !slices.Equal(asked, []string{strings.Repeat("1", 12)}) {
			t.Errorf("described %q", asked)
		}
	})
}

func TestWatchKeepsWhatServesIfTheNewOneIsBad(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		w.put(t, "llm-one", "1")
		w.settled()
		serving := entry(t, w.Catalog, "llm-one").Serving
		for content, reason := range map[string]string{"bad luck": "bad luck", "unfit": "it fits nothing", "hangs": "deadline"} {
			w.put(t, "llm-one", content)
			w.settled()
			time.Sleep(6 * time.Second)
			w.want(t, "llm-one", catalog.Refused, reason, "1")
			got := entry(t, w.Catalog, "llm-one")
			if got.Serving != serving || got.Checksum == serving || !strings.Contains(got.Reason, serving+", stays in service") {
				t.Errorf("entry is %+v", got)
			}
			if binary, err := w.Binary("llm-one"); err != nil || binary.Checksum != serving {
				t.Errorf("binary is %+v, %v", binary, err)
			}
			if _, err := os.Stat(got.Path); err != nil || w.copies(t) != 1 {
				t.Errorf("%v; %d copies", err, w.copies(t))
			}
		}
		w.put(t, "llm-one", "1")
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
		if told := w.told(); len(told) != 1 {
			t.Errorf("told %q", told)
		}
	})
}

// TestRetriesCostNothingThatGrows lives through an hour with a bad file that
// somebody touches all the time.
func TestRetriesCostNothingThatGrows(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		w.put(t, "llm-one", "bad luck")
		w.put(t, "llm-two", "bad, too")
		w.put(t, "llm-good", "1")
		for range 360 {
			time.Sleep(10 * time.Second)
			w.put(t, "llm-two", "bad, too")
		}
		w.settled()
		tries := map[string]int{}
		for _, content := range w.descriptions() {
			tries[content]++
		}
		for _, content := range []string{"bad luck", "bad, too"} {
			if tries[content] < 10 || tries[content] > 20 {
				t.Errorf("%q was tried %d times", content, tries[content])
			}
		}
		if tries["1"] != 1 || w.copies(t) != 1 {
			t.Errorf("tried %v, %d copies", tries, w.copies(t))
		}
		w.put(t, "llm-one", "2 is good")
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "2")
	})
}

func TestWatchFollowsMode(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		w.put(t, "llm-one", "1")
		for _, step := range []struct {
			mode   os.FileMode
			reason string
		}{{0o600, "not executable"}, {0o777, "others may write"}, {0o700, ""}, {0o666, "others may write"}} {
			if err := os.Chmod(w.path("llm-one"), step.mode); err != nil {
				t.Fatal(err)
			}
			w.settled()
			got := entry(t, w.Catalog, "llm-one")
			if (got.State == catalog.Idle) != (step.reason == "") || !strings.Contains(got.Reason, step.reason) {
				t.Errorf("with mode %o it is %s: %s", step.mode, got.State, got.Reason)
			}
		}
		w.want(t, "llm-one", catalog.Refused, "stays in service", "1")
	})
}

func TestWatchTakesOutWhatIsRemoved(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		w.put(t, "llm-one", "1")
		w.put(t, "llm-bad", "bad")
		w.settled()
		for _, name := range []string{"llm-one", "llm-bad"} {
			if err := os.Remove(w.path(name)); err != nil {
				t.Fatal(err)
			}
		}
		w.settled()
		if entries := w.Entries(); len(entries) != 0 {
			t.Errorf("entries are %+v", entries)
		}
		if _, err := w.Lookup("llm-one"); err == nil || !strings.Contains(err.Error(), "there is no plugin llm-one") {
			t.Errorf("error is %v", err)
		}
		if told := w.told(); !slices.Equal(told, []string{"replace  by 1", "withdraw llm-one"}) || w.copies(t) != 0 {
			t.Errorf("told %q, %d copies", told, w.copies(t))
		}
		w.put(t, "llm-one", "1")
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
	})
}

func TestWatchFollowsTheLock(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		pin := func() {
			if _, err := catalog.Pin(w.Dir, false); err != nil {
				t.Fatal(err)
			}
			w.settled()
		}
		w.put(t, "llm-one", "1")
		pin()
		if got := entry(t, w.Catalog, "llm-one"); got.State != catalog.Idle || !got.Pinned {
			t.Errorf("entry is %+v", got)
		}
		w.put(t, "llm-one", "2")
		w.settled()
		w.want(t, "llm-one", catalog.Refused, "bothost plugin pin", "1")
		pin()
		w.want(t, "llm-one", catalog.Idle, "", "2")

		if err := os.WriteFile(w.path(catalog.LockName), []byte("nonsense"), 0o600); err != nil {
			t.Fatal(err)
		}
		w.settled()
		w.want(t, "llm-one", catalog.Refused, "line 1", "2")
		if err := os.WriteFile(w.path(catalog.LockName), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		w.settled()
		w.want(t, "llm-one", catalog.Refused, "does not name its checksum", "")
		if told := w.told(); told[len(told)-1] != "withdraw llm-one" {
			t.Errorf("told %q", told)
		}
		pin()
		w.want(t, "llm-one", catalog.Idle, "", "2")
	})
}

func TestDirectoryThatCannotBeReadChangesNothing(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		w.put(t, "llm-one", "1")
		w.settled()
		elsewhere := w.Dir + "-elsewhere"
		if err := os.Rename(w.Dir, elsewhere); err != nil {
			t.Fatal(err)
		}
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
		if err := os.Rename(elsewhere, w.Dir); err != nil {
			t.Fatal(err)
		}
		w.settled()
		w.want(t, "llm-one", catalog.Idle, "", "1")
	})
}

func TestRollback(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		back := func() error {
			_, err := catalog.Rollback(w.Dir, w.KeptDir, "llm-one")
			w.settled()
			return err
		}
		w.put(t, "llm-one", "1")
		w.settled()
		if err := back(); err == nil || !strings.Contains(err.Error(), "no earlier content") {
			t.Errorf("error is %v", err)
		}
		for _, content := range []string{"2", "3", "4", "5"} {
			w.put(t, "llm-one", content)
			w.settled()
		}
		kept, err := os.ReadDir(filepath.Join(w.KeptDir, "llm-one"))
		if err != nil || len(kept) != 3 {
			t.Errorf("kept are %v, %v", kept, err)
		}
		for _, version := range []string{"4", "5", "4"} {
			if err := back(); err != nil {
				t.Fatal(err)
			}
			w.want(t, "llm-one", catalog.Idle, "", version)
		}
		w.put(t, "llm-one", "unfit")
		w.settled()
		if err := back(); err != nil {
			t.Fatal(err)
		}
		w.want(t, "llm-one", catalog.Idle, "", "4")
		if _, err := catalog.Pin(w.Dir, false); err != nil {
			t.Fatal(err)
		}
		if err := back(); err == nil || !strings.Contains(err.Error(), "add this line") {
			t.Errorf("error is %v", err)
		}
		w.want(t, "llm-one", catalog.Idle, "", "4")
	})
}

func TestRollbackRefusesWhatWasChanged(t *testing.T) {
	watch(t, func(t *testing.T, w *watched) {
		for _, content := range []string{"1", "2"} {
			w.put(t, "llm-one", content)
			w.settled()
		}
		kept, err := filepath.Glob(filepath.Join(w.KeptDir, "llm-one", "*"))
		if err != nil || len(kept) != 2 {
			t.Fatal(kept, err)
		}
		for _, path := range kept {
			if err := os.Chmod(path, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("evil"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := catalog.Rollback(w.Dir, w.KeptDir, "llm-one"); err == nil || !strings.Contains(err.Error(), "has been changed") {
			t.Errorf("error is %v", err)
		}
		if _, err := catalog.Rollback(w.Dir, w.KeptDir, "../llm-one"); err == nil || !strings.Contains(err.Error(), "no plugin's name") {
			t.Errorf("error is %v", err)
		}
		if content, err := os.ReadFile(w.path("llm-one")); string(content) != "2" {
			t.Errorf("it is %q, %v", content, err)
		}
	})
}
