package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bothost/bothost/sdk/schema"
)

// prompts are the texts that a bot's configuration names.
type prompts map[string]string

// prompts reads the texts. They are data: nothing in them is resolved.
func readPrompts(merged tree) (prompts, Problems) {
	section, ok := merged["prompts"]
	if !ok {
		return nil, nil
	}
	named, ok := section.(tree)
	if !ok {
		return nil, Problems{promptProblem(merged, "want a map from names to texts", "prompts")}
	}
	texts, problems := prompts{}, Problems(nil)
	for name, value := range named {
		value, _ := value.(leaf)
		text, ok := value.Value.(string)
		if !ok {
			problems = append(problems, promptProblem(merged, "want a text; a prompt is a name and its text", "prompts", name))
		}
		texts[name] = text
	}
	return texts, problems
}

// systemPrompt gives the text that a bot's configuration picks.
func systemPrompt(merged tree) (string, Problems) {
	texts, problems := readPrompts(merged)
	if len(problems) > 0 {
		return "", problems
	}
	switch choice := merged["system_prompt"].(type) {
	case tree:
		return texts.chosen(merged, choice)
	case leaf:
		text, ok := choice.Value.(string)
		if !ok {
			return "", Problems{promptProblem(merged, "want {name: ...}, {content: ...}, the name of a prompt, or a text", "system_prompt")}
		}
		return texts.nameOrText(merged, text)
	default:
		return texts["system"], nil
	}
}

// chosen reads {name: X} or {content: X}.
func (p prompts) chosen(merged, choice tree) (string, Problems) {
	for key := range choice {
		if key != "name" && key != "content" {
			return "", Problems{promptProblem(merged, schema.Unknown(key, []string{"name", "content"}), "system_prompt", key)}
		}
	}
	name, hasName := choice["name"].(leaf)
	content, hasContent := choice["content"].(leaf)
	switch {
	case len(choice) != 1:
		return "", Problems{promptProblem(merged, "want either name or content", "system_prompt")}
	case hasContent:
		if text, ok := content.Value.(string); ok {
			return text, nil
		}
	case hasName:
		if name, ok := name.Value.(string); ok {
			return p.byName(merged, name, "system_prompt", "name")
		}
	}
	return "", Problems{promptProblem(merged, "want a text", "system_prompt")}
}

// nameOrText reads a text that stands alone. A single word that is no prompt's
// name is a mistake: nobody means it as a whole prompt.
func (p prompts) nameOrText(merged tree, text string) (string, Problems) {
	prompt, isName := p[text]
	switch {
	case isName:
		return prompt, nil
	case text == "":
		return p["system"], nil
	case len(strings.Fields(text)) == 1:
		return p.byName(merged, text, "system_prompt")
	default:
		return text, nil
	}
}

func (p prompts) byName(merged tree, name string, key ...string) (string, Problems) {
	if text, ok := p[name]; ok {
		return text, nil
	}
	names := slices.Sorted(maps.Keys(p))
	message := fmt.Sprintf("there is no prompt %q", name)
	if nearest := schema.Nearest(name, names); nearest != "" {
		message += fmt.Sprintf("; did you mean %q?", nearest)
	}
	if len(names) == 0 {
		message += " (prompts is empty)"
	} else {
		message += " (there are: " + strings.Join(names, ", ") + ")"
	}
	return "", Problems{promptProblem(merged, message, key...)}
}

func promptProblem(merged tree, message string, path ...string) Problem {
	return Problem{Key: dotted(path), Message: message, Source: originOf(merged, path)}
}
