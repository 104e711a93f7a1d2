package httpapi

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"
)

//go:embed docs.html
var docsTemplate string

// renderDocs makes the page that shows an OpenAPI document: of that
// specification, it knows what the host's own document uses.
func renderDocs(document []byte) ([]byte, error) {
	var d docsDocument
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	page, err := template.New("docs").Funcs(template.FuncMap{
		"prose": prose, "refName": refName, "words": words,
		"parameter": func(p docsParameter) docsParameter { return resolve(p, p.Ref, d.Components.Parameters) },
		"response":  func(r docsResponse) docsResponse { return resolve(r, r.Ref, d.Components.Responses) },
	}).Parse(docsTemplate)
	if err != nil {
		return nil, fmt.Errorf("read the page's template: %w", err)
	}
	var out bytes.Buffer
	if err := page.Execute(&out, d); err != nil {
		return nil, fmt.Errorf("write the page: %w", err)
	}
	return out.Bytes(), nil
}

type docsDocument struct {
	Info struct {
		Title, Summary, Description string
	}
	Tags       []struct{ Name, Description string }
	Paths      map[string]docsPath
	Components struct {
		SecuritySchemes map[string]struct{ Description string }
		Parameters      map[string]docsParameter
		Responses       map[string]docsResponse
		Schemas         map[string]docsSchema
	}
}

type docsPath struct {
	Parameters                    []docsParameter
	Get, Put, Post, Patch, Delete *docsOperation
}

type docsOperation struct {
	OperationID          string
	Tags                 []string
	Summary, Description string
	Security             []map[string][]string
	Parameters           []docsParameter
	RequestBody          *docsContent
	Responses            map[string]docsResponse

	Method, Path string `json:"-"`
}

type docsParameter struct {
	Ref                   string `json:"$ref"`
	Name, In, Description string
	Required              bool
	Schema                docsSchema
}

type docsResponse struct {
	Ref string `json:"$ref"`
	docsContent
}

type docsContent struct {
	Description string
	Content     map[string]struct {
		Schema docsSchema
		Events map[string]docsSchema `json:"x-events"`
	}
}

type docsSchema struct {
	Ref         string `json:"$ref"`
	Description string
	Type        any
	Const       any
	Enum        []string
	Default     any
	Items       *docsSchema
	Required    []string
	Properties  map[string]docsSchema
}

// Operations gives what is under one tag, in the order of paths.
func (d docsDocument) Operations(tag string) []docsOperation {
	var found []docsOperation
	for path, item := range d.Paths {
		for order, operation := range []*docsOperation{item.Get, item.Put, item.Post, item.Patch, item.Delete} {
			if operation == nil || !slices.Contains(operation.Tags, tag) {
				continue
			}
			shown := *operation
			shown.Method, shown.Path = []string{"GET", "PUT", "POST", "PATCH", "DELETE"}[order], path
			shown.Parameters = slices.Concat(item.Parameters, operation.Parameters)
			found = append(found, shown)
		}
	}
	slices.SortFunc(found, func(a, b docsOperation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	return found
}

// Requires reports whether a schema's member must be there.
func (s docsSchema) Requires(member string) bool { return slices.Contains(s.Required, member) }

// resolve follows a reference, if it is one.
func resolve[T any](value T, ref string, components map[string]T) T {
	if ref == "" {
		return value
	}
	return components[refName(ref)]
}

func refName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// words joins what may be one text or a list of them.
func words(value any) string {
	list, ok := value.([]any)
	if !ok {
		return fmt.Sprint(value)
	}
	texts := make([]string, len(list))
	for i, item := range list {
		texts[i] = fmt.Sprint(item)
	}
	return strings.Join(texts, " or ")
}

// prose turns what is between backticks into code.
func prose(text string) template.HTML {
	var out strings.Builder
	for i, piece := range strings.Split(text, "`") {
		escaped := template.HTMLEscapeString(piece)
		if i%2 == 1 {
			escaped = "<code>" + escaped + "</code>"
		}
		out.WriteString(escaped)
	}
	return template.HTML(out.String())
}
