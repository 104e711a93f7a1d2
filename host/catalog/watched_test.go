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
	// describing is called by each description, if it is set.
	describing func()
	// fits says that nothing is unfit any more.
	fits bool
}

// watch runs a test on a watched directory. It is told of no change.
func watch(t *testing.T, test func(t *testing.T, w *watched)) {
	watchAfter(t, func(*testing.T, *watched) {}, test)
}

// watchAfter does something before the directory is loaded.
func watchAfter(t *testing.T, before, test func(t *testing.T, w *watched)) {
	t.Parallel()
	f := newFixture(t)
	f.KeptDir = filepath.Join(t.TempDir(), "kept")
	w := &watched{Settings: f.Settings}
	w.Describe = w.describe
	synctest.Test(t, func(t *testing.T) {
		before(t, w)
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
	if w.describing != nil {
		w.describing()
	}
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

// Replace refuses a content that begins with "unfit", and takes a while to say so,
// unless all fits by the time that it is called.
func (w *watched) Replace(_ context.Context, before, next catalog.Entry, commit func()) error {
	content, err := os.ReadFile(next.Path)
	if err != nil {
		return err
	}
	if strings.HasPrefix(string(content), "unfit") && !w.allFits() {
		time.Sleep(unfitting)
		return errors.New("it fits nothing")
	}
	w.tell("replace " + before.Version + " by " + next.Version)
	commit()
	return nil
}

// unfitting is how long it takes to see that something does not fit.
const unfitting = 500 * time.Millisecond

func (w *watched) allFits() bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.fits
}

// fit lets everything fit, and tells the catalog.
func (w *watched) fit() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.fits = true
	w.LookAgain()
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

// tries is how often a content was described.
func (w *watched) tries(content string) int {
	asked := w.descriptions()
	return len(slices.DeleteFunc(asked, func(other string) bool { return other != content }))
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

// write writes a file now, by the clock of the test.
func (w *watched) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(w.path(name), []byte(content), 0o700); err != nil {
		t.Error(err)
	}
	if err := os.Chtimes(w.path(name), time.Now(), time.Now()); err != nil {
		t.Error(err)
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
