package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestNothingCrosses drives random tenants, conversations, refreshes and
// restarts, and compares what the model is shown, what it answers and what is
// stored with a model of it: for each (tenant, conversation), a list of turns.
func TestNothingCrosses(t *testing.T) {
	t.Parallel()
	s := newSite(t, object{"registry": object{"max_cache_size": 2}})
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		w := &world{t: t, site: s, run: run, said: map[[2]string][]string{}}
		for _, tenant := range w.tenants() {
			s.api().register(tenant, object{
				"memory":  object{"max_messages": 4},
				"prompts": object{"system": "prompt of " + tenant},
			})
		}
		t.Repeat(map[string]func(*rapid.T){
			"say":      w.say,
			"say more": w.say,
			"refresh":  w.refresh,
			"restart":  w.restart,
			"":         func(*rapid.T) {},
		})
		w.checkStored()
	})
}

type world struct {
	t    *rapid.T
	site *site
	run  int
	// said holds the users' messages of each tenant's conversations.
	said     map[[2]string][]string
	count    int
	restarts int
}

func (w *world) tenants() []string {
	return []string{fmt.Sprint("tenant-", w.run, "-a"), fmt.Sprint("tenant-", w.run, "-b"), fmt.Sprint("tenant-", w.run, "-c")}
}

// say makes a turn with a word that occurs nowhere else, under conversation ids
// that all tenants share, and checks the prompt that it made.
func (w *world) say(t *rapid.T) {
	tenant := rapid.SampledFrom(w.tenants()).Draw(t, "tenant")
	conversation := rapid.SampledFrom([]string{"c1", "c2", "a/b c"}).Draw(t, "conversation")
	w.count++
	text := fmt.Sprintf("word-%d-%d.", w.run, w.count)
	at := [2]string{tenant, conversation}
	reply := w.site.api().hears(tenant, conversation, text)
	if !strings.HasPrefix(reply, "You said: "+text) {
		t.Fatalf("%v: %q was answered with %q", at, text, reply)
	}
	want := []string{"system: prompt of " + tenant}
	for _, earlier := range w.said[at][max(0, len(w.said[at])-2):] {
		want = append(want, "user: "+earlier, "assistant: You said: "+earlier)
	}
	want = append(want, "user: "+text)
	got := w.site.lastPrompt().texts()
	for i := range got {
		got[i], _, _ = strings.Cut(got[i], "\n")
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%v: the model was shown\n%q, want\n%q", at, got, want)
	}
	w.checkForeign(t, at, reply)
	w.said[at] = append(w.said[at], text)
}

// checkForeign looks for a word of any other conversation.
func (w *world) checkForeign(t *rapid.T, own [2]string, text string) {
	for at, words := range w.said {
		for _, word := range words {
			if at != own && strings.Contains(text, word) {
				t.Fatalf("%v saw %q of %v", own, word, at)
			}
		}
	}
}

func (w *world) refresh(t *rapid.T) {
	tenant := rapid.SampledFrom(w.tenants()).Draw(t, "tenant")
	w.site.api().call(http.MethodDelete, "/v1/cache/"+tenant, nil)
}

// restart is slow, so that there are only a few in each run.
func (w *world) restart(t *rapid.T) {
	if w.restarts++; w.restarts > 2 {
		t.Skip("enough restarts")
	}
	w.site.restart()
}

func (w *world) checkStored() {
	for _, tenant := range w.tenants() {
		for _, conversation := range []string{"c1", "c2", "a/b c"} {
			at := [2]string{tenant, conversation}
			messages := w.site.api().transcript(tenant, conversation)
			if len(messages) != 2*len(w.said[at]) {
				w.t.Fatalf("%v has %d messages, want %d", at, len(messages), 2*len(w.said[at]))
			}
			for i, text := range w.said[at] {
				user, assistant := messages[2*i], messages[2*i+1]
				if user.Content != text || !strings.HasPrefix(assistant.Content, "You said: "+text) || user.Turn != i+1 {
					w.t.Fatalf("%v turn %d: %+v %+v", at, i+1, user, assistant)
				}
				w.checkForeign(w.t, at, assistant.Content)
			}
		}
	}
}
