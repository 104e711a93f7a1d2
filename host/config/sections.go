package config

import (
	"slices"
	"strings"

	"github.com/bothost/bothost/sdk/schema"
)

// place in a bot's configuration that a plugin fills.
type slot struct {
	// section is its key, choice the key below that picks the plugin.
	section, choice string
	// kind of the plugin, as in its name: llm-ollama.
	kind string
}

// slots are the places that there are.
func slots() []slot {
	return []slot{llmSlot(), memorySlot(), storeSlot()}
}

func llmSlot() slot    { return slot{section: "llm", choice: "provider", kind: "llm"} }
func memorySlot() slot { return slot{section: "memory", choice: "type", kind: "memory"} }
func storeSlot() slot  { return slot{section: "conversation_storage", choice: "backend", kind: "store"} }

// botKeys are the keys of a bot's configuration.
func botKeys() []string {
	return []string{allowKey, "conversation_storage", "llm", "memory", "prompts", "system_prompt"}
}

// laterKeys are keys of what is not built yet.
func laterKeys() []string {
	return []string{"knowledge_base", "middleware", "reasoning", "tools"}
}

// laterPlugins are what a key will pick one day, where no plugin of that name
// is there already.
func laterPlugins(kind string) []string {
	if kind == "memory" {
		return []string{"summary", "vector"}
	}
	return nil
}

// notYet is the message for both.
const notYet = "is not available yet"

// checkKeys reports the keys of a bot's configuration that there are not.
func checkKeys(merged tree, hostKeys []string) Problems {
	var problems Problems
	for key := range merged {
		if slices.Contains(botKeys(), key) {
			continue
		}
		message := schema.Unknown(key, botKeys())
		switch {
		case slices.Contains(laterKeys(), key):
			message = notYet
		case slices.Contains(hostKeys, key):
			message = "is a setting of the host, not of a bot"
		}
		problems = append(problems, Problem{Key: key, Message: message, Source: originOf(merged, []string{key})})
	}
	return problems
}

// under reports that a key is one of those given, or below one.
func under(keys []string, key string) bool {
	return slices.ContainsFunc(keys, func(parent string) bool {
		return key == parent || strings.HasPrefix(key, parent+".")
	})
}
