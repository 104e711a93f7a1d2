package scaffold

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"text/template"
)

//go:embed templates
var templates embed.FS

// values are what the templates are filled in with.
type values struct {
	kindValues
	// Plugin is the full name, and Name what configurations say.
	Plugin, Name string
	Module       string
	Package      string
	// NeedsTidy: what the module requires is not complete yet.
	NeedsTidy bool
}

// kindValues are those that every plugin of a kind has in common.
type kindValues struct {
	// What is a plugin of the kind, for people.
	What string
	// Serve is the function of the SDK that serves one.
	Serve string
	// Heart is the file that does the work.
	Heart string
	// section and choice are where a bot's configuration picks it.
	section, choice string
}

func kinds() map[string]kindValues {
	return map[string]kindValues{
		"llm":    {"LLM provider", "ServeLLM", "provider.go", "llm", "provider"},
		"memory": {"memory strategy", "ServeMemory", "strategy.go", "memory", "type"},
		"store":  {"conversation store", "ServeStore", "turns.go", "conversation_storage", "backend"},
	}
}

// Section is what a bot's configuration says to use the plugin.
func (v values) Section() string { return fmt.Sprintf("{%s: {%s: %q}}", v.section, v.choice, v.Name) }

// render fills in the templates, and gives the files by their paths.
func render(options Options) (map[string][]byte, error) {
	name, err := packageName(options)
	if err != nil {
		return nil, err
	}
	return fillAll(options, name)
}

func fillAll(options Options, packageName string) (map[string][]byte, error) {
	filled := values{
		kindValues: kinds()[options.Kind],
		Plugin:     options.FullName(),
		Name:       options.Name,
		Module:     options.modulePath(),
		Package:    packageName,
		NeedsTidy:  options.SDKPath == "",
	}
	files := map[string][]byte{}
	for _, root := range []string{"templates/common", "templates/" + options.Kind} {
		err := fs.WalkDir(templates, root, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			files[target(strings.TrimPrefix(file, root+"/"), packageName)], err = fill(file, filled)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// target is where the module has what a template makes.
func target(file, packageName string) string {
	file = strings.TrimSuffix(file, ".tmpl")
	if file == "gitignore" {
		// A file with a dot would not be embedded.
		return ".gitignore"
	}
	if base, ok := strings.CutPrefix(file, "package/"); ok {
		return path.Join(packageName, base)
	}
	return file
}

func fill(file string, filled values) ([]byte, error) {
	parsed, err := template.New(path.Base(file)).ParseFS(templates, file)
	if err != nil {
		return nil, fmt.Errorf("read template %s: %w", file, err)
	}
	var content bytes.Buffer
	if err := parsed.Execute(&content, filled); err != nil {
		return nil, fmt.Errorf("fill in template %s: %w", file, err)
	}
	return content.Bytes(), nil
}
