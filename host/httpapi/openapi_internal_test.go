package httpapi

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// document reads the document without the types that render it.
func document(t *testing.T) map[string]any {
	t.Helper()
	var d map[string]any
	if err := json.Unmarshal(openAPIDocument, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// operations calls check with each operation of the document, and what the
// document says of its path.
func operations(t *testing.T, check func(name string, path, operation map[string]any)) {
	t.Helper()
	for path, item := range member(t, document(t), "paths") {
		item := object(t, path, item)
		for method, operation := range item {
			if method != "parameters" {
				check(strings.ToUpper(method)+" "+path, item, object(t, method, operation))
			}
		}
	}
}

func object(t *testing.T, name string, value any) map[string]any {
	t.Helper()
	o, ok := value.(map[string]any)
	if !ok {
		t.Fatalf("%s is %T, not an object", name, value)
	}
	return o
}

func member(t *testing.T, of map[string]any, name string) map[string]any {
	t.Helper()
	return object(t, name, of[name])
}

// TestDocumentHasAllRoutes holds the document against what is served.
func TestDocumentHasAllRoutes(t *testing.T) {
	t.Parallel()
	var documented []string
	operations(t, func(name string, _, _ map[string]any) { documented = append(documented, name) })
	slices.Sort(documented)
	var registered []string
	for pattern := range (&api{}).routes() {
		registered = append(registered, strings.TrimSuffix(pattern, "{$}"))
	}
	slices.Sort(registered)
	if diff := cmp.Diff(registered, documented); diff != "" {
		t.Errorf("the document differs from the routes:\n%s", diff)
	}
}

// TestDocumentNamesItsPathParameters checks that what is in braces is described.
func TestDocumentNamesItsPathParameters(t *testing.T) {
	t.Parallel()
	d := document(t)
	operations(t, func(name string, path, operation map[string]any) {
		var braces, described []string
		for _, match := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(name, -1) {
			braces = append(braces, match[1])
		}
		for _, of := range []map[string]any{path, operation} {
			parameters, _ := of["parameters"].([]any)
			for _, given := range parameters {
				parameter := follow(t, d, object(t, name, given))
				if parameter["in"] == "path" {
					described = append(described, fmt.Sprint(parameter["name"]))
				}
			}
		}
		slices.Sort(braces)
		slices.Sort(described)
		if diff := cmp.Diff(braces, described); diff != "" {
			t.Errorf("%s: the parameters differ:\n%s", name, diff)
		}
	})
}

// TestDocumentIsWhole checks what every operation must have.
func TestDocumentIsWhole(t *testing.T) {
	t.Parallel()
	d := document(t)
	if d["openapi"] != "3.1.0" {
		t.Errorf("openapi is %v", d["openapi"])
	}
	tags := map[any]bool{}
	for _, tag := range d["tags"].([]any) {
		tags[object(t, "tag", tag)["name"]] = true
	}
	ids := map[any]bool{}
	operations(t, func(name string, _, operation map[string]any) {
		if id := operation["operationId"]; id == nil || ids[id] {
			t.Errorf("%s: operationId %v is missing, or there twice", name, id)
		}
		ids[operation["operationId"]] = true
		if tag := operation["tags"].([]any); len(tag) != 1 || !tags[tag[0]] {
			t.Errorf("%s: the tags are %v", name, tag)
		}
		if operation["summary"] == nil || operation["security"] == nil {
			t.Errorf("%s has no summary, or does not say who may", name)
		}
		checkResponses(t, d, name, member(t, operation, "responses"))
	})
}

// checkResponses checks that there is a success, and that all else is a problem.
func checkResponses(t *testing.T, d map[string]any, name string, responses map[string]any) {
	t.Helper()
	successes := 0
	for status, given := range responses {
		response := follow(t, d, object(t, status, given))
		if response["description"] == nil {
			t.Errorf("%s: %s has no description", name, status)
		}
		if strings.HasPrefix(status, "2") {
			successes++
			continue
		}
		mediaType, schema := "application/problem+json", "Problem"
		if strings.Contains(name, " /api/") {
			mediaType, schema = "application/json", "OllamaError"
		}
		problem := member(t, member(t, response, "content"), mediaType)
		if diff := cmp.Diff(map[string]any{"$ref": "#/components/schemas/" + schema}, problem["schema"]); diff != "" {
			t.Errorf("%s: %s is no problem:\n%s", name, status, diff)
		}
	}
	if successes == 0 {
		t.Errorf("%s cannot succeed", name)
	}
}

// TestDocumentRefersToWhatIsThere follows all references, and looks for
// components that nothing refers to.
func TestDocumentRefersToWhatIsThere(t *testing.T) {
	t.Parallel()
	d := document(t)
	used := map[string]bool{}
	var walk func(value any)
	walk = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				used[ref] = true
				follow(t, d, v)
			}
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(d)
	for kind, components := range member(t, d, "components") {
		for name := range object(t, kind, components) {
			if kind != "securitySchemes" && !used["#/components/"+kind+"/"+name] {
				t.Errorf("nothing uses %s %s", kind, name)
			}
		}
	}
}

// follow resolves a reference, if it is one.
func follow(t *testing.T, d, value map[string]any) map[string]any {
	t.Helper()
	ref, ok := value["$ref"].(string)
	if !ok {
		return value
	}
	at := d
	for _, name := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		at = member(t, at, name)
	}
	return at
}

// TestDocsShowEverything looks for all operations, parameters and schemas on the
// page, and for anything that would be loaded from elsewhere.
func TestDocsShowEverything(t *testing.T) {
	t.Parallel()
	rendered, err := renderDocs(openAPIDocument)
	if err != nil {
		t.Fatal(err)
	}
	page := string(rendered)
	want := []string{"<!doctype html>", "X-Tenant", "Idempotency-Key", "event: delta"}
	for name := range member(t, member(t, document(t), "components"), "schemas") {
		want = append(want, `<section id="`+name+`">`)
	}
	operations(t, func(name string, _, operation map[string]any) {
		method, path, _ := strings.Cut(name, " ")
		want = append(want, fmt.Sprintf(`<section id="%v">`, operation["operationId"]), "<h3>"+method+" <code>"+path+"</code></h3>")
	})
	for _, text := range want {
		if !strings.Contains(page, text) {
			t.Errorf("the page does not show %s", text)
		}
	}
	for _, text := range []string{"<script", "<link", "<img", "<iframe", "http://", "https://", "@import", "url("} {
		if strings.Contains(page, text) {
			t.Errorf("the page has %s", text)
		}
	}
}

// TestDocsEscape checks that what is in a document cannot become markup.
func TestDocsEscape(t *testing.T) {
	t.Parallel()
	page, err := renderDocs([]byte(`{"info": {"title": "<b>", "description": "<i> ` + "`<u>`" + `"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, markup := range []string{"<b>", "<i>", "<u>"} {
		if strings.Contains(string(page), markup) {
			t.Errorf("the page has %s", markup)
		}
	}
	if !strings.Contains(string(page), "&lt;i&gt; <code>&lt;u&gt;</code>") {
		t.Errorf("the page does not show the text:\n%s", page)
	}
}
