package plugintest

import (
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
)

const concurrentTenants = 16

func llmConcurrencyCases() []LLMCase {
	return []LLMCase{
		{"tenants who speak at once get their own replies", repliesDoNotCross},
		{"conversations that follow know nothing of each other", nothingIsRemembered},
	}
}

// secrets are words that no model says unless it has heard them.
func secrets(n int) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = "secret" + rand.Text()
	}
	return words
}

func repliesDoNotCross(t T, subject LLM) {
	words := secrets(concurrentTenants)
	replies := make([]string, len(words))
	var group sync.WaitGroup
	for i, word := range words {
		group.Go(func() {
			heard := listener{t: t}
			messages := user("My word is " + word + ". Say it back, please.")
			if _, err := subject.Chat(t.Context(), fmt.Sprintf("tenant-%d", i), "conversation", messages, heard.emit); err != nil {
				t.Errorf("chat of tenant %d: %v", i, err)
			}
			replies[i] = heard.reply()
		})
	}
	group.Wait()
	for i, reply := range replies {
		if reply == "" {
			t.Errorf("the reply to tenant %d is empty", i)
		}
		checkNoOther(t, words, i, reply)
	}
}

func nothingIsRemembered(t T, subject LLM) {
	words := secrets(3)
	for i, word := range words {
		reply, _ := converse(t, subject, "tenant", user("My word is "+word+". What words have you heard before?"))
		checkNoOther(t, words, i, reply)
	}
}

// checkNoOther checks that a reply to who said words[own] has nobody else's.
func checkNoOther(t T, words []string, own int, reply string) {
	t.Helper()
	for i, word := range words {
		if i != own && strings.Contains(reply, word) {
			t.Errorf("the reply to %d has the word of %d: %q", own, i, reply)
		}
	}
}
